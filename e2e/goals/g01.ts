import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { selfSignedCertificate } from '@holdfast/simulator/raw/self-signed-certificate';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { startRedis } from '@holdfast/state/testing/redis-server';
import { chatRequest, judgeEcho, requestName } from '../support/chat.ts';
import { startFaultyUpstream } from '../support/faulty-upstream.ts';
import { openHttpClient } from '../support/http-client.ts';
import { runLoad } from '../support/load.ts';
import { startGateway } from '../support/start-service.ts';
import { makeTempDirectory } from '../support/temp-directory.ts';
import { atMost, exactly, type Goal, scaled, told } from './goal.ts';

const RATE = 100;
const FAILING = 0.3;
const TIMEOUT_MS = 1000;
const MAX_ATTEMPTS = 4;
const NEVER = 1000;

/** Two replicas over three upstreams that fail 30 % each in every way an upstream can, and one that does not. */
export const g01: Goal = {
  id: 'g01',
  title: 'every upstream fails 30 % in all ways at once',
  needsRedis: true,
  testShare: 0.05,
  async run({ share, seed }) {
    const count = scaled(30_000, share);
    const tls = selfSignedCertificate();
    using directory = makeTempDirectory();
    const trusted = path.join(directory.path, 'upstream.pem');
    writeFileSync(trusted, tls.cert);
    await using redis = await startRedis();
    await using fallback = await startSimulator({ maxRecords: 0 });
    await using secure = await startFaultyUpstream({ seed, failing: FAILING, tls });
    await using second = await startFaultyUpstream({ seed: seed + 1, failing: FAILING });
    await using third = await startFaultyUpstream({ seed: seed + 2, failing: FAILING });
    const faulty = [secure, second, third];
    const endpoint = (name: string, base_url: string, priority: number, max_failures = 3) => ({
      name,
      base_url,
      priority,
      max_failures,
      api_key: `sk-${name}`,
    });
    const behind = (max_failures: number) => ({
      protocol: 'openai',
      endpoints: [
        ...faulty.map(({ baseUrl }, index) => endpoint(`faulty-${index + 1}`, baseUrl, 1, max_failures)),
        endpoint('fallback', fallback.baseUrl('fallback'), 2),
      ],
    });
    const config = {
      state: { redis_url: redis.url },
      timeouts: { connect: `${TIMEOUT_MS}ms`, first_content: `${TIMEOUT_MS}ms` },
      retry: { max_attempts: MAX_ATTEMPTS },
      clusters: {
        main: behind(3),
        // Without breakers every request meets the faults, not only the first few.
        unguarded: behind(NEVER),
        calm: { protocol: 'openai', endpoints: [endpoint('fallback', fallback.baseUrl('fallback'), 1)] },
      },
      routes: [
        { model: 'calm', cluster: 'calm' },
        // A stale connection costs an attempt too, so that all four may be spent before the last endpoint is reached.
        { model: 'unguarded', cluster: 'unguarded', fallback_models: ['calm'] },
        { model: '*', cluster: 'main', fallback_models: ['calm'] },
      ],
    };
    const env = { NODE_EXTRA_CA_CERTS: trusted };
    await using one = await startGateway(config, { env });
    await using two = await startGateway(config, { env });
    const urls = [one, two].map(({ url }) => `${url}/v1/chat/completions`);
    await using client = openHttpClient();
    const send = (model: string) => (n: number) =>
      client.post(urls[n % 2]!, chatRequest(model, requestName(n)));

    const calm = await runLoad({
      rate: RATE,
      count: scaled(1000, share),
      send: send('calm'),
      judge: judgeEcho,
    });
    const guarded = await runLoad({ rate: RATE, count: count / 3, send: send('guarded'), judge: judgeEcho });
    for (const { bodies } of faulty) bodies.length = 0;
    const load = await runLoad({
      rate: RATE,
      count: (count * 2) / 3,
      send: send('unguarded'),
      judge: judgeEcho,
    });

    const perRequest = new Map<string, number>();
    for (const body of faulty.flatMap(({ bodies }) => bodies)) {
      const name = /<request \d+>/.exec(body)?.[0] ?? 'none';
      perRequest.set(name, (perRequest.get(name) ?? 0) + 1);
    }
    const drawn: Record<string, number> = {};
    for (const [code, times] of faulty.flatMap((upstream) => Object.entries(upstream.drawn)))
      drawn[code] = (drawn[code] ?? 0) + times;
    const { ok = 0, ...bad } = drawn;
    const faults = Object.values(bad).reduce((sum, times) => sum + times, 0);
    return [
      told('faults met', `${faults} of ${faults + ok} calls, ${Object.keys(bad).length} codes`),
      ...[guarded, load].flatMap(({ total, problemCount, problems, examples }, index) => [
        told(index === 0 ? 'requests with breakers' : 'requests with breakers that never open', total),
        exactly('client errors, wrong or mixed bodies', problemCount, 0, {
          detail: [JSON.stringify(problems), ...examples],
        }),
      ]),
      atMost('most calls for one request', Math.max(...perRequest.values()), MAX_ATTEMPTS),
      atMost('p99 ms', guarded.p99, calm.p99 + TIMEOUT_MS, { timing: true }),
      told('p99 ms with breakers that never open', load.p99),
      told('p99 ms without faults', calm.p99),
    ];
  },
};
