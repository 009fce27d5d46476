import type { Simulator } from '@holdfast/simulator/simulator';
import { atLeast, atMost, type Check, exactly } from '../goals/goal.ts';
import { chatRequest } from '../support/chat.ts';
import type { HttpClient } from '../support/http-client.ts';
import type { GatewayProcess } from '../support/start-service.ts';
import type { ConfigFile } from '../support/suite-process.ts';

export interface PaceOptions {
  readonly gateways: readonly GatewayProcess[];
  readonly replicas: readonly string[];
  readonly client: HttpClient;
  readonly simulator: Simulator;
  readonly config: (replica: string, more: object) => ConfigFile;
}

const LIMIT = 30;
const INTERVAL_MS = 2000;
/** By so much the way to the provider may differ. */
const TRAVEL_MS = 20;

/** The minimum interval and the client limit, each through both gateways. */
export async function measurePace(options: PaceOptions): Promise<Check[]> {
  const { gateways, replicas, client, simulator, config } = options;
  const ask = (index: number, model: string) =>
    client.post(`${gateways[index % gateways.length]!.url}/v1/chat/completions`, chatRequest(model, 'hello'));

  // Else the gap at the provider would tell of connecting, too.
  await Promise.all([ask(0, 'unpaced'), ask(1, 'unpaced')]);
  const paced = await Promise.all([ask(0, 'paced'), ask(1, 'paced')]);
  const times = simulator
    .requests('paced')
    .filter(({ model }) => model === 'paced')
    .map(({ at }) => at);
  const gapMs = Math.max(...times) - Math.min(...times);

  for (const [index, gateway] of gateways.entries()) {
    gateway.writeConfig(config(replicas[index]!, { rate_limit: { enabled: true, per_minute: LIMIT } }));
    gateway.signal('SIGHUP');
    await gateway.waitForOutput(/"configuration reloaded"/);
  }
  const limited = [];
  for (let index = 0; index <= LIMIT; index++) limited.push(await ask(index, 'unpaced'));
  const last = limited.at(-1)!;
  const waitS = Number(last.headers['retry-after']);
  return [
    exactly('two requests to two gateways, 200s', paced.filter(({ status }) => status === 200).length, 2),
    atLeast('ms between them at the provider, min_interval 2s', gapMs, INTERVAL_MS - TRAVEL_MS),
    atMost('and no longer than needed', gapMs, INTERVAL_MS + 500, { timing: true }),
    exactly('of 31 requests in a minute, 200s', limited.filter(({ status }) => status === 200).length, LIMIT),
    exactly('status of the last', last.status, 429, { detail: last.text }),
    atLeast('its retry-after', waitS, 1),
    atMost('its retry-after', waitS, 60),
  ];
}
