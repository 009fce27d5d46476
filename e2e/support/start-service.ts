import { freePort } from '@holdfast/state/testing/redis-server';
import { fetchMetrics, type Metrics } from './metrics.ts';
import { type ConfigFile, type SuiteProcess, startSuiteProcess } from './suite-process.ts';

export interface StartOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly nodeOptions?: readonly string[];
  /** Ports of a process that ran before, to take its place. */
  readonly ports?: { readonly port: number; readonly adminPort: number };
  /** Resolve as soon as the process exists. */
  readonly unready?: boolean;
}

/** A gateway as a process of its own, ready to serve. */
export interface GatewayProcess extends SuiteProcess {
  readonly url: string;
  readonly adminUrl: string;
  readonly ports: { readonly port: number; readonly adminPort: number };
  metrics(): Promise<Metrics>;
  /** The admin port's view of endpoints, pools and the last requests. */
  status(): Promise<GatewayStatus>;
  /** Resolves once it answers. */
  ready(): Promise<void>;
}

export interface GatewayStatus {
  readonly state: string;
  readonly in_flight: number;
  readonly config: { readonly source: string; readonly error: string | null };
  readonly clusters: readonly {
    readonly name: string;
    readonly endpoints: readonly {
      readonly name: string;
      readonly standing: string;
      readonly because: string | null;
      readonly breaker: string;
      readonly health: string;
    }[];
  }[];
}

const READY_MS = 30_000;

export async function startGateway(config: ConfigFile, options: StartOptions = {}): Promise<GatewayProcess> {
  const ports = options.ports ?? { port: await freePort(), adminPort: await freePort() };
  const server = { ...(config.server as object), port: ports.port, admin_port: ports.adminPort };
  const child = startSuiteProcess({
    args: ['serve', 'gateway'],
    config: { health: { probe: 'none' }, ...config, server },
    ...(options.env ? { env: options.env } : {}),
    ...(options.nodeOptions ? { nodeOptions: options.nodeOptions } : {}),
  });
  const url = `http://127.0.0.1:${ports.port}`;
  const adminUrl = `http://127.0.0.1:${ports.adminPort}`;
  const gateway: GatewayProcess = {
    ...child,
    get running() {
      return child.running;
    },
    url,
    adminUrl,
    ports,
    metrics: () => fetchMetrics(adminUrl),
    status: async () => (await (await fetch(`${adminUrl}/admin/status`)).json()) as GatewayStatus,
    ready: () => untilOk(`${url}/health`, child),
    writeConfig: (file) =>
      child.writeConfig(typeof file === 'string' ? file : { health: { probe: 'none' }, ...file, server }),
  };
  if (!options.unready) await orEnd(gateway, gateway.ready());
  return gateway;
}

/** A service as a process of its own, ready. Its port is the one its configuration says. */
export async function startService(
  name: 'health-checker' | 'token-rotator' | 'tagger',
  config: ConfigFile,
  port: number,
): Promise<SuiteProcess & { readonly url: string }> {
  const child = startSuiteProcess({ args: ['serve', name], config });
  const url = `http://127.0.0.1:${port}`;
  await orEnd(child, untilOk(`${url}/healthz`, child));
  return {
    ...child,
    get running() {
      return child.running;
    },
    url,
  };
}

async function orEnd(child: SuiteProcess, ready: Promise<void>): Promise<void> {
  try {
    await ready;
  } catch (error) {
    await child[Symbol.asyncDispose]();
    throw error;
  }
}

async function untilOk(url: string, child: SuiteProcess): Promise<void> {
  const deadline = performance.now() + READY_MS;
  for (;;) {
    const response = await fetch(url).catch(() => null);
    await response?.arrayBuffer();
    if (response?.status === 200) return;
    if (!child.running) throw new Error(`the process ended before ${url} answered:\n${child.output()}`);
    if (performance.now() > deadline) throw new Error(`${url} does not answer:\n${child.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
