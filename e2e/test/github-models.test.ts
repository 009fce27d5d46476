import { readFileSync } from 'node:fs';
import path from 'node:path';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { expect, test } from '@jest/globals';
import { chatRequest } from '../support/chat.ts';
import { startSuiteProcess } from '../support/suite-process.ts';

const EXAMPLES = path.resolve(import.meta.dirname, '../../config/examples');
const VALUES = ['ghp_canary_one', 'ghp_canary_two', 'ghp_canary_three'];

interface Stats {
  readonly current_token: string;
  readonly tokens: readonly {
    readonly key: string;
    readonly account: string;
    readonly blocked: boolean;
    readonly failures: number;
    readonly lastUsed: string | null;
    readonly blockedModels: readonly { readonly model: string; readonly reason: string }[];
  }[];
}

/** The example as it is shipped but for GitHub's address, all of the suite in one process. */
async function startExample() {
  const stack = new AsyncDisposableStack();
  const simulator = stack.use(await startSimulator());
  const config = readFileSync(path.join(EXAMPLES, 'github-models-tokens.yaml'), 'utf8')
    .replace('https://models.github.ai/inference', simulator.baseUrl('github'))
    .replace('../model-limits.yaml', path.join(EXAMPLES, '../model-limits.yaml'));
  const [one, two, three] = VALUES;
  const env = {
    GITHUB_TOKEN: one,
    GITHUB_TOKEN2: two,
    GITHUB_TOKEN3: three,
    HOLDFAST_GATEWAY_PORT: '0',
    HOLDFAST_ADMIN_PORT: '0',
    HOLDFAST_HEALTH_CHECKER_PORT: '0',
    HOLDFAST_TOKEN_ROTATOR_PORT: '0',
    HOLDFAST_TAGGER_PORT: '0',
  };
  const suite = stack.use(startSuiteProcess({ args: ['serve', 'all'], config, env }));
  const [, url] = await suite.waitForOutput(/gateway +(http:\S+)[\s\S]*curl/);
  const chats = () =>
    simulator.requests('github').filter(({ path: asked }) => asked.endsWith('/completions'));
  return {
    simulator,
    suite,
    /** Credential and model of each chat call so far. */
    calls: () => chats().map(({ token, model }) => `${token?.replace('ghp_canary_', '')} ${model}`),
    chats,
    ask: (model: string) =>
      fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(chatRequest(model, 'Good morning!')),
      }),
    stats: async () => (await (await fetch(`${url}/v1/tokens/stats`)).json()) as Stats,
    /** Resolves once the statistics are so. */
    async untilStats(check: (stats: Stats) => void) {
      const deadline = performance.now() + 8000;
      for (;;) {
        const stats = (await (await fetch(`${url}/v1/tokens/stats`)).json()) as Stats;
        try {
          return check(stats);
        } catch (error) {
          if (performance.now() > deadline) throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

test('GitHub Models on the free tier: two seconds apart, limits known, tokens that make room for each other, 30 a minute', async () => {
  await using example = await startExample();
  const { simulator, suite, calls, chats, ask, untilStats } = example;
  expect(suite.output()).toMatch(/loaded 58 model limits/);
  await untilStats(({ tokens }) =>
    expect(tokens.map(({ key, account }) => [key, account])).toEqual(
      ['GITHUB_TOKEN', 'GITHUB_TOKEN2', 'GITHUB_TOKEN3'].map((name) => [name, name]),
    ),
  );

  const quick = await Promise.all([ask('gpt-4o-mini'), ask('gpt-4o-mini')]);
  expect(quick.map(({ status }) => status)).toEqual([200, 200]);
  expect(calls()).toEqual(['one openai/gpt-4o-mini', 'one openai/gpt-4o-mini']);
  const [first, second] = chats();
  expect(second!.at - first!.at).toBeGreaterThanOrEqual(1950);
  await untilStats(({ tokens }) => expect(tokens[0]!.lastUsed).not.toBeNull());

  // The day of the first account is over for this model: the second serves, in the same request.
  simulator.behave('github', { tokens: { [VALUES[0]!]: { fault: 'github_day_quota' } } });
  expect((await ask('gpt-4o-mini')).status).toBe(200);
  expect(calls().slice(2)).toEqual(['one openai/gpt-4o-mini', 'two openai/gpt-4o-mini']);
  simulator.behave('github', {});
  expect((await ask('openai/gpt-4.1-nano')).status).toBe(200);
  expect(calls().at(-1)).toBe('one openai/gpt-4.1-nano');
  await untilStats(({ tokens }) =>
    expect(tokens[0]).toMatchObject({
      blocked: false,
      blockedModels: [{ model: 'openai/gpt-4o-mini', reason: 'day_quota' }],
    }),
  );

  // Three refusals without a delay: everybody moves on.
  simulator.behave('github', { tokens: { [VALUES[0]!]: { status: 429 } } });
  const refused = await Promise.all(['gpt-4.1', 'gpt-4.1-mini', 'mistral-ai/ministral-3b'].map(ask));
  expect(refused.map(({ status }) => status)).toEqual([200, 200, 200]);
  await untilStats(({ current_token, tokens }) => {
    expect(current_token).toBe('GITHUB_TOKEN2');
    expect(tokens[0]).toMatchObject({ blocked: true, failures: 3 });
  });

  // No account has any of the day left for the model: the next model answers.
  simulator.behave('github', { fault: 'github_day_quota', match: { model: 'openai/gpt-4o' } });
  const other = await ask('gpt-4o');
  expect([
    other.status,
    other.headers.get('x-holdfast-model'),
    other.headers.get('x-holdfast-fallback'),
  ]).toEqual([200, 'gpt-4.1', 'model']);

  // Eight requests so far; of 23 more one is over the limit, and calls nobody.
  simulator.behave('github', {});
  const before = calls().length;
  const many = await Promise.all(Array.from({ length: 23 }, (_, index) => ask(`microsoft/phi-${index}`)));
  expect(many.filter(({ status }) => status === 200)).toHaveLength(22);
  const over = many.find(({ status }) => status === 429);
  expect(Number(over?.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(calls().length - before).toBe(22);

  expect(suite.output() + JSON.stringify(await example.stats())).not.toContain('canary');
}, 120_000);
