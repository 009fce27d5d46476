import type { Answer } from '@holdfast/simulator/behaviour';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { freePort, startRedis } from '@holdfast/state/testing/redis-server';
import { chatRequest, judgeEcho, requestName } from '../support/chat.ts';
import { openHttpClient } from '../support/http-client.ts';
import { startLoad } from '../support/load.ts';
import { startGateway, startService } from '../support/start-service.ts';
import { pause } from '../support/until.ts';
import { exactly, type Goal, scaled, told } from './goal.ts';

const RATE = 50;
const FULL_S = 120;
/** By then one replica's finding is the other's too. */
const SHARED_MS = 1000;

/** Ten tokens of three accounts; all but the last are dead, each in its way. */
const TOKENS: readonly {
  readonly name: string;
  readonly account: string;
  readonly trouble: Answer | null;
}[] = [
  { name: 'a1', account: 'a', trouble: { fault: 'invalid_key' } },
  { name: 'a2', account: 'a', trouble: { fault: 'openrouter_402' } },
  { name: 'a3', account: 'a', trouble: { fault: 'insufficient_quota' } },
  { name: 'a4', account: 'a', trouble: { fault: 'google_invalid_key' } },
  { name: 'b1', account: 'b', trouble: { fault: 'hf_402' } },
  { name: 'b2', account: 'b', trouble: { fault: 'insufficient_quota' } },
  { name: 'b3', account: 'b', trouble: { fault: 'invalid_key' } },
  { name: 'c1', account: 'c', trouble: { fault: 'invalid_key' } },
  { name: 'c2', account: 'c', trouble: { fault: 'google_invalid_key' } },
  { name: 'c3', account: 'c', trouble: null },
];
/** Accounts x and y have a quota per model and day; y's is the larger. */
const QUOTA = { x1: 'x', x2: 'x', x3: 'x', y1: 'y', y2: 'y' };

export const g05: Goal = {
  id: 'g05',
  title: 'nine of ten tokens dead, a day quota used up: no client notices, nobody knocks twice',
  needsRedis: true,
  async run({ share, note }) {
    const seconds = scaled(FULL_S, share, 12);
    await using redis = await startRedis();
    await using simulator = await startSimulator({ maxRecords: 100_000 });
    simulator.behave('pooled', {
      tokens: Object.fromEntries(
        TOKENS.flatMap(({ name, trouble }) => (trouble ? [[`sk-${name}`, trouble]] : [])),
      ),
    });
    const accounts = Object.fromEntries(
      Object.entries(QUOTA).map(([name, account]) => [`sk-${name}`, account]),
    );
    const perDay = Math.round((RATE * seconds) / 10);
    simulator.behave('quota', { rate: { style: 'github', perDay, accounts } });
    const rotatorPort = await freePort();
    const config = {
      state: { redis_url: redis.url },
      services: { token_rotator: { port: rotatorPort } },
      token_pools: {
        ten: { tokens: TOKENS.map(({ name, account }) => ({ name, account, value: `sk-${name}` })) },
        quota: {
          tokens: Object.entries(QUOTA).map(([name, account]) => ({ name, account, value: `sk-${name}` })),
        },
      },
      clusters: {
        ten: {
          protocol: 'openai',
          endpoints: [{ name: 'pooled', base_url: simulator.baseUrl('pooled'), token_pool: 'ten' }],
        },
        quota: {
          protocol: 'openai',
          endpoints: [
            { name: 'quota', base_url: simulator.baseUrl('quota'), token_pool: 'quota' },
            { name: 'paid', base_url: simulator.baseUrl('paid'), api_key: 'sk-paid', priority: 2 },
          ],
        },
      },
      routes: [
        { model: 'any', cluster: 'ten' },
        { model: '*', cluster: 'quota' },
      ],
    };
    await using rotator = await startService('token-rotator', config, rotatorPort);
    await using one = await startGateway(config);
    await using two = await startGateway(config);
    const urls = [one, two].map(({ url }) => `${url}/v1/chat/completions`);
    await using client = openHttpClient();
    const models = ['any', 'limited', 'other'];
    const begunAt = Date.now();
    const load = startLoad({
      rate: RATE,
      send: (n) => client.post(urls[n % 2]!, chatRequest(models[n % models.length]!, requestName(n))),
      judge: judgeEcho,
    });
    await pause(seconds * 500);
    note('the rotator and Redis are killed');
    await rotator.kill();
    await redis.kill();
    await pause(seconds * 500);
    const result = await load.stop();

    const calls = (upstream: string) =>
      simulator.requests(upstream).filter(({ body }) => body.includes('<request '));
    const byDead = TOKENS.filter(({ trouble }) => trouble).map(({ name }) => ({
      name,
      calls: calls('pooled').filter(({ token }) => token === `sk-${name}`),
    }));
    const again = byDead.flatMap(({ name, calls }) => {
      const toldAt = Math.min(...calls.map(({ finishedAt }) => finishedAt ?? Number.POSITIVE_INFINITY));
      return calls.filter(({ at }) => at > toldAt + SHARED_MS).map(() => name);
    });
    const siblings = ['limited', 'other'].flatMap((model) =>
      ['x', 'y'].flatMap((account) => {
        const ofAccount = calls('quota').filter(
          (call) => call.model === model && accounts[call.token ?? ''] === account,
        );
        const toldAt = Math.min(
          ...ofAccount
            .filter(({ status }) => status === 429)
            .map(({ finishedAt }) => finishedAt ?? Number.POSITIVE_INFINITY),
        );
        return ofAccount
          .filter(({ at }) => at > toldAt + SHARED_MS)
          .map(({ token, status, at }) => `${model} ${token} ${status} ${at - begunAt}`);
      }),
    );
    return [
      told('requests', result.total),
      told('ms the machine stood still', result.stoodStillMs),
      exactly('client errors', result.problemCount, 0, {
        detail: [JSON.stringify(result.problems), ...result.examples],
      }),
      told(
        'calls with each dead token',
        byDead.map(({ name, calls }) => `${name} ${calls.length}`).join(', '),
      ),
      exactly('calls with a dead token a second after it was refused', again.length, 0, {
        detail: again.join(' '),
      }),
      told('refusals for the day', calls('quota').filter(({ status }) => status === 429).length),
      exactly('calls for an account and model a second after their refusal for the day', siblings.length, 0, {
        detail: siblings.slice(0, 10),
      }),
      told('calls to the paid endpoint, after both quotas', calls('paid').length),
    ];
  },
};
