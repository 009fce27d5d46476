import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { requestName } from '../support/chat.ts';
import { cluster, endpoint, type Protocol } from '../support/configs.ts';
import { openHttpClient } from '../support/http-client.ts';
import { startGateway } from '../support/start-service.ts';
import { makeTempDirectory } from '../support/temp-directory.ts';
import { pause, until } from '../support/until.ts';
import { atMost, exactly, type Goal, told } from './goal.ts';

/** With the 20 % that a stated delay may be spread by, it still leaves the measurement room below a second. */
const REST_S = 4;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_S = 86_400;
/** Where the gateway's wall clock goes one second after the refusal. */
const JUMPS_MS = [0, 5 * MINUTE_MS, -5 * MINUTE_MS];
/** How wrong the provider's clock is. */
const SKEWS_MS = [0, HOUR_MS, -HOUR_MS];
const CLOCK = path.join(import.meta.dirname, '../support/shifted-clock.ts');

const httpDate = (ms: number) => new Date(ms).toUTCString();

/** Ways to say "in four seconds" by a clock of one's own. */
const WORDINGS: Readonly<
  Record<string, (nowMs: number) => { protocol: Protocol; headers: Record<string, string> }>
> = {
  seconds: () => ({ protocol: 'openai', headers: { 'retry-after': `${REST_S}` } }),
  'http-date': (nowMs) => ({
    protocol: 'openai',
    headers: { 'retry-after': httpDate(nowMs + REST_S * 1000) },
  }),
  'rfc-3339': (nowMs) => ({
    protocol: 'anthropic',
    headers: {
      'anthropic-ratelimit-requests-remaining': '0',
      'anthropic-ratelimit-requests-reset': new Date(nowMs + REST_S * 1000).toISOString(),
    },
  }),
};

/** Clocks are wrong and jump; rests last as long as they were meant to. */
export const g22: Goal = {
  id: 'g22',
  title: 'clock jumps and wrong clocks of providers change no cooldown',
  async run({ note }) {
    const errors: { what: string; errorS: number }[] = [];
    let longestBenchS = 0;
    for (const jumpMs of JUMPS_MS) {
      note(`the clock jumps by ${jumpMs / MINUTE_MS} min`);
      const { rests, benchS } = await tryJump(jumpMs);
      errors.push(...rests);
      longestBenchS = Math.max(longestBenchS, benchS);
    }
    const worst = errors.toSorted((a, b) => Math.abs(b.errorS) - Math.abs(a.errorS))[0]!;
    return [
      told('cooldowns', errors.length),
      atMost('largest error of a cooldown, s', Math.abs(worst.errorS), 1, {
        detail: errors.map(({ what, errorS }) => `${what}: ${errorS.toFixed(2)} s`),
      }),
      exactly('cooldowns ended early', errors.filter(({ errorS }) => errorS < -0.05).length, 0),
      atMost('longest bench after a provider said "in ten days", h', longestBenchS / 3600, 24),
    ];
  },
};

async function tryJump(jumpMs: number) {
  using directory = makeTempDirectory();
  const offsetFile = path.join(directory.path, 'offset');
  writeFileSync(offsetFile, String(jumpMs));
  await using simulator = await startSimulator();
  const cases = SKEWS_MS.flatMap((skewMs) =>
    Object.keys(WORDINGS).map((wording) => ({ skewMs, wording, name: `${wording}.${skewMs / HOUR_MS}h` })),
  );
  const clusters = Object.fromEntries([
    ...cases.map(({ name, wording }) => [
      name,
      cluster(
        WORDINGS[wording]!(0).protocol,
        endpoint('limited', simulator.baseUrl(name)),
        endpoint('other', simulator.baseUrl('other'), 2),
      ),
    ]),
    ['for-ever', cluster('openai', endpoint('limited', simulator.baseUrl('for-ever')))],
  ]);
  await using gateway = await startGateway(
    { clusters, routes: Object.keys(clusters).map((name) => ({ model: name, cluster: name })) },
    { nodeOptions: ['--import', CLOCK], env: { CLOCK_OFFSET_FILE: offsetFile } },
  );
  await using client = openHttpClient();
  const ask = (name: string) => {
    const anthropic = name.startsWith('rfc-3339');
    return client.post(`${gateway.url}/v1/${anthropic ? 'messages' : 'chat/completions'}`, {
      model: name,
      messages: [{ role: 'user', content: requestName(0) }],
      ...(anthropic ? { max_tokens: 10 } : {}),
    });
  };

  for (const { name, skewMs, wording } of cases) {
    // Whole seconds, as far as the Date header of a response goes.
    const theirNow = Math.floor((Date.now() + skewMs) / 1000) * 1000;
    const { headers } = WORDINGS[wording]!(theirNow);
    simulator.behave(name, [{ status: 429, headers: { date: httpDate(theirNow), ...headers } }, {}]);
    await ask(name);
  }
  simulator.behave('for-ever', { status: 429, headers: { 'retry-after': `${10 * DAY_S}` } });
  const forEver = await ask('for-ever');
  await pause(1000);
  gateway.signal('SIGUSR2');

  const returned = (name: string) => simulator.requests(name).length > 1;
  await until(
    'every endpoint is asked again',
    async () => {
      await Promise.all(cases.filter(({ name }) => !returned(name)).map(({ name }) => ask(name)));
      return cases.every(({ name }) => returned(name));
    },
    (REST_S + 10) * 1000,
  );
  const rests = cases.map(({ name }) => {
    const [refused, next] = simulator.requests(name);
    return {
      what: `${name}, jump ${jumpMs / MINUTE_MS} min`,
      errorS: (next!.at - refused!.at) / 1000 - REST_S,
    };
  });
  return { rests, benchS: Number(forEver.headers['retry-after'] ?? 0) };
}
