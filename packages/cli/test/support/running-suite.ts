import type { Simulator } from '@holdfast/simulator/simulator';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { type ConfigFile, writeConfig } from './config-file.ts';
import { type Finished, type RunningCli, runCli, startCli } from './run-cli.ts';

/** Found in nothing that the command line prints. */
export const CANARY = 'sk-canary-d41d8cd98f00b204e9800998ecf8427e';

export interface RunningSuite extends AsyncDisposable {
  /** Plays the endpoints `primary`, `secondary` and `pooled`. */
  readonly simulator: Simulator;
  readonly gatewayUrl: string;
  readonly configPath: string;
  /** Where a command line finds it. */
  readonly env: Readonly<Record<string, string>>;
  /** A verb with its configuration and its addresses. */
  run(...args: string[]): Promise<Finished>;
  start(...args: string[]): RunningCli;
  /** One chat request of a client; resolves with its status. */
  chat(model?: string, headers?: Readonly<Record<string, string>>): Promise<number>;
}

/** The whole suite as a process on free ports, with two endpoints in tiers, a pool of two tokens, and keys that are canaries. */
export async function startSuite(more: Record<string, unknown> = {}): Promise<RunningSuite> {
  const simulator = await startSimulator();
  const config = writeConfig(configFor(simulator, more));
  const process = startCli(['serve', 'all', '--config', config.path], {
    cwd: config.directory,
    env: FREE_PORTS,
  });
  const url = async (label: string) =>
    (await process.waitForOutput(new RegExp(`^  ${label} +(http://[\\d.:]+)`, 'm')))[1]!;
  await process.waitForOutput(/Try it:/);
  const gatewayUrl = await url('gateway');
  const env = {
    HOLDFAST_GATEWAY_URL: gatewayUrl,
    HOLDFAST_ADMIN_URL: await url('status page'),
    HOLDFAST_HEALTH_CHECKER_URL: await url('health-checker'),
    HOLDFAST_TOKEN_ROTATOR_URL: await url('token-rotator'),
    HOLDFAST_TAGGER_URL: await url('tagger'),
    ...NO_MONITORING,
  };
  const withConfig = (args: readonly string[]) => [...args, '--config', config.path];
  return {
    simulator,
    gatewayUrl,
    configPath: config.path,
    env,
    run: (...args) => runCli(withConfig(args), { env }),
    start: (...args) => startCli(withConfig(args), { env }),
    async chat(model = 'gpt-4o', headers = {}) {
      const response = await fetch(`${gatewayUrl}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${CANARY}-client`, ...headers },
        body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hi' }] }),
      });
      await response.arrayBuffer();
      return response.status;
    },
    async [Symbol.asyncDispose]() {
      process.child.kill('SIGTERM');
      await process.finished;
      await simulator.close();
      config[Symbol.dispose]();
    },
  };
}

const FREE_PORTS = Object.fromEntries(
  ['GATEWAY', 'ADMIN', 'HEALTH_CHECKER', 'TOKEN_ROTATOR', 'TAGGER', 'SIMULATOR'].map((name) => [
    `HOLDFAST_${name}_PORT`,
    '0',
  ]),
);

/** Ports on which no Alertmanager and no Prometheus ever listens. */
export const NO_MONITORING = {
  HOLDFAST_ALERTMANAGER_URL: 'http://127.0.0.1:10',
  HOLDFAST_PROMETHEUS_URL: 'http://127.0.0.1:10',
};

function configFor(simulator: Simulator, more: Record<string, unknown>): ConfigFile {
  const endpoint = (name: string, priority: number) => ({
    name,
    base_url: simulator.baseUrl(name),
    api_key: `${CANARY}-${name}`,
    priority,
  });
  const token = (name: string) => ({ name, value: `${CANARY}-${name}`, account: `account-${name}` });
  return {
    server: { client_keys: [`${CANARY}-client`], admin_keys: [`${CANARY}-admin`] },
    retry: { base_delay: '10ms', max_delay: '40ms' },
    token_pools: { free: { tokens: [token('TOKEN_A'), token('TOKEN_B')] } },
    clusters: {
      main: { protocol: 'openai', endpoints: [endpoint('primary', 1), endpoint('secondary', 2)] },
      tokens: {
        protocol: 'openai',
        endpoints: [{ name: 'pooled', base_url: simulator.baseUrl('pooled'), token_pool: 'free' }],
      },
    },
    routes: [
      { model: 'gpt-4o', cluster: 'main' },
      { model: 'free-*', cluster: 'tokens' },
    ],
    ...more,
  };
}
