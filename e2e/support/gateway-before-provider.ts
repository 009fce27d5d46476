import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@holdfast/config/load-config';
import { composeGateway, type RunningGateway } from '@holdfast/gateway/compose';
import { createLogger } from '@holdfast/runtime/logger';
import type { Simulator } from '@holdfast/simulator/simulator';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { createInProcessState } from '@holdfast/state/in-process-state';

export const PROVIDER = 'provider';

export interface GatewayBeforeProvider extends AsyncDisposable {
  readonly simulator: Simulator;
  readonly gateway: RunningGateway;
}

/** A real gateway with one simulated provider behind it, with quick retries. */
export async function startGatewayBeforeProvider(): Promise<GatewayBeforeProvider> {
  const simulator = await startSimulator({ maxRecords: 50_000 });
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-e2e-'));
  const file = join(folder, 'holdfast.yaml');
  writeFileSync(
    file,
    `
server: { port: 0, admin_port: 0 }
retry: { base_delay: 50ms, max_delay: 400ms }
breaker: { open_for: 500ms, ramp: 500ms }
clusters:
  main:
    protocol: openai
    endpoints:
      - { name: ${PROVIDER}, base_url: "${simulator.baseUrl(PROVIDER)}", api_key: key-of-the-provider }
routes:
  - { model: "*", cluster: main }
`,
  );
  const gateway = await composeGateway({
    config: loadConfig({ path: file, env: {} }),
    state: createInProcessState(),
    logger: createLogger({ service: 'gateway', level: 'silent' }),
  });
  return {
    simulator,
    gateway,
    async [Symbol.asyncDispose]() {
      await gateway.close();
      await simulator.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
