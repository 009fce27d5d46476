import path from 'node:path';
import { loadConfig } from '@holdfast/config/load-config';
import type { Config } from '@holdfast/config/types';
import type { Simulator } from '@holdfast/simulator/simulator';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { type HttpClient, openHttpClient, type Reply } from '../../support/http-client.ts';
import { createPrometheus, type PrometheusServer } from '../../support/prometheus-server.ts';
import { type GatewayProcess, startGateway } from '../../support/start-service.ts';
import { makeTempDirectory } from '../../support/temp-directory.ts';
import { COMPONENTS, type Component } from './cell.ts';
import { choosePorts, type FleetPorts, fleetConfig } from './fleet-config.ts';
import { type Clients, startClients } from './fleet-load.ts';
import { type Part, partFor, type RedisPart, redisPart, servicePart } from './part.ts';

/** Two gateways under light load with everything around them, each a process of its own. */
export interface Fleet extends AsyncDisposable {
  readonly simulator: Simulator;
  readonly gateways: readonly GatewayProcess[];
  readonly clients: Clients;
  readonly http: HttpClient;
  readonly parts: Readonly<Record<Component, Part>>;
  readonly redis: RedisPart;
  readonly prometheus: PrometheusServer;
  /** As the first gateway reads it. */
  readonly config: Config;
  readonly ports: FleetPorts;
  /** A path of the client port, of the first gateway unless another is named. */
  ask(method: 'GET' | 'POST', path: string, body?: unknown, gateway?: GatewayProcess): Promise<Reply>;
  /** From here on `printed` counts. */
  mark(): void;
  /** What each process of that name has printed since. */
  printed(name: 'gateway' | Component): string[];
}

interface Log {
  readonly text: string;
  readonly starts: number;
}

/** Starts the suite, but for one component. */
export async function startFleet(without: Component): Promise<Fleet> {
  const stack = new AsyncDisposableStack();
  try {
    const directory = makeTempDirectory();
    stack.defer(() => directory[Symbol.dispose]());
    const simulator = stack.use(await startSimulator());
    const ports = await choosePorts();
    const configuration = fleetConfig({
      ports,
      provider: simulator.baseUrl,
      gatewayUrl: `http://127.0.0.1:${ports.gateways[0]!.port}`,
      databasePath: path.join(directory.path, 'posts.db'),
    });
    const prometheus = createPrometheus({
      port: ports.prometheus,
      directory: directory.path,
      jobs: {
        gateway: ports.gateways.map(({ adminPort }) => `127.0.0.1:${adminPort}`),
        ...Object.fromEntries(
          (['health-checker', 'token-rotator', 'tagger'] as const).map((name) => [
            name,
            [`127.0.0.1:${ports[name]}`],
          ]),
        ),
      },
    });
    const redis = redisPart(ports.redis);
    const parts = {
      redis,
      'health-checker': servicePart('health-checker', configuration, ports['health-checker']),
      'token-rotator': servicePart('token-rotator', configuration, ports['token-rotator']),
      tagger: servicePart('tagger', configuration, ports.tagger),
      prometheus: partFor(prometheus),
    } satisfies Record<Component, Part>;
    for (const [name, part] of Object.entries(parts)) {
      stack.use(part);
      if (name !== without) await part.start();
    }
    const gateways: GatewayProcess[] = [];
    for (const own of ports.gateways) {
      // The tagger talks to the first; the second is just as much a gateway of its own.
      const { services, ...rest } = configuration;
      const config = { ...rest, services: { ...services, gateway: undefined } };
      gateways.push(stack.use(await startGateway(config, { ports: own })));
    }
    const http = stack.use(openHttpClient());
    const clients = stack.use(startClients(gateways, http));
    const logs = (name: 'gateway' | Component): Log[] =>
      name === 'gateway'
        ? gateways.map((gateway) => ({ text: gateway.output(), starts: 1 }))
        : [{ text: parts[name].output(), starts: parts[name].starts }];
    const marks = new Map<string, Log[]>();
    return {
      simulator,
      gateways,
      clients,
      http,
      parts,
      redis,
      prometheus,
      ports,
      config: loadConfig({ path: gateways[0]!.configPath, env: {} }),
      ask: (method, asked, body, { url } = gateways[0]!) =>
        method === 'GET' ? http.get(url + asked) : http.post(url + asked, body ?? {}),
      mark() {
        clients.mark();
        for (const name of ['gateway', ...COMPONENTS] as const) marks.set(name, logs(name));
      },
      printed: (name) =>
        logs(name).map(({ text, starts }, index) => {
          const before = marks.get(name)?.[index];
          return before?.starts === starts ? text.slice(before.text.length) : text;
        }),
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}
