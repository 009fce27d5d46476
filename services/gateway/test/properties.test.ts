import type { Behaviour } from '@holdfast/simulator/behaviour';
import type { Simulator } from '@holdfast/simulator/simulator';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  endedWell,
  errorIn,
  idle,
  isStream,
  leaksIn,
  protocolOf,
  type ReadAnswer,
  read,
  saidIn,
} from './faults/pair.ts';
import { type ConfigFile, startGateway, type TestGateway } from './start-gateway.ts';

/**
 * Random faults against random configurations: whatever happens, each request gets exactly one well-formed answer, of one
 * provider, in time and for no more calls than allowed, and nothing is left behind.
 */

const WAYS = [
  'chat',
  'chat stream',
  'completions',
  'completions stream',
  'responses',
  'responses stream',
  'messages',
  'messages stream',
] as const;

const FIRST_CONTENT_MS = 60;
const TOTAL_MS = 400;
const CANNED = 'Back soon.';
/** Of a test machine that has other things to do. */
const SLACK_MS = 5000;
const RUNS = 60;

const FAULTS: readonly Behaviour[] = [
  {},
  { latencyMs: 20 },
  { status: 500 },
  { fault: 'nginx_502' },
  { fault: 'server_503' },
  { fault: 'anthropic_529' },
  { fault: 'openai_429_prose' },
  { status: 429 },
  { status: 429, headers: { 'retry-after': '1' } },
  { fault: 'github_concurrent' },
  { fault: 'insufficient_quota' },
  { fault: 'invalid_key' },
  { fault: 'model_not_found' },
  { status: 408 },
  { status: 409 },
  { fault: 'schema_422' },
  { fault: 'bad_request' },
  { fault: 'context_length' },
  { fault: 'too_large' },
  { fault: 'error_in_200' },
  { fault: 'html' },
  { fault: 'empty' },
  { fault: 'truncated_json' },
  { fault: 'garbage' },
  { fault: 'empty_content' },
  { stall: 'before_headers' },
  { stall: 'after_headers' },
  { stall: 'mid_body' },
  { reset: 'before_headers' },
  { reset: 'mid_body' },
  { close: 'before_headers' },
  { close: 'mid_body' },
  { close: 'after_keep_alive' },
  { contentLengthDelta: 50 },
  { contentLengthDelta: -20 },
  { encoding: 'gzip' },
  { encoding: 'gzip_truncated' },
  { as: 'json' },
  { as: 'sse' },
  { cutAfterEvents: 0, cut: 'fin' },
  { cutAfterEvents: 1, cut: 'error_event' },
  { cutAfterEvents: 3, cut: 'rst', chunkDelayMs: 1 },
  { cutAfterEvents: 4, cut: 'error_event_then_done', chunkDelayMs: 1 },
  { cut: 'stall', chunkDelayMs: 1 },
  { cut: 'finish_then_rst' },
  { cut: 'done_without_finish' },
  { cut: 'eof_without_done' },
  { splitAt: { every: 3 } },
  { pings: { before: 2, every: 2 } },
];

const schedule = fc.array(fc.constantFrom(...FAULTS), { minLength: 1, maxLength: 5 });

const world = fc.record({
  protocol: fc.constantFrom('openai' as const, 'anthropic' as const),
  endpoints: fc.array(
    fc.record({
      priority: fc.integer({ min: 1, max: 2 }),
      maxFailures: fc.integer({ min: 1, max: 3 }),
      schedule,
    }),
    { minLength: 1, maxLength: 3 },
  ),
  spare: fc.option(schedule),
  canned: fc.boolean(),
  strategy: fc.constantFrom('priority', 'weighted', 'least_latency'),
  maxAttempts: fc.integer({ min: 1, max: 4 }),
  maxConcurrency: fc.constantFrom(0, 0, 1, 2),
  pingEveryMs: fc.constantFrom(15, 15_000),
  random: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  requests: fc.array(
    fc.record({
      way: fc.constantFrom(...WAYS),
      honest: fc.boolean(),
      /** Whether the next one waits for this one's end. */
      awaited: fc.boolean(),
      /** The client leaves after so many ms. */
      leaves: fc.option(fc.integer({ min: 0, max: 80 }), { freq: 6 }),
    }),
    { minLength: 1, maxLength: 6 },
  ),
});

type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

function configOf(
  { protocol, endpoints, spare, canned, strategy, maxAttempts, maxConcurrency }: World,
  simulator: Simulator,
): ConfigFile {
  const endpoint = (name: string, more: object = {}) => ({
    name,
    base_url: simulator.baseUrl(name),
    api_key: `sk-${name}-c4n4ry`,
    ...more,
  });
  return {
    clusters: {
      main: {
        protocol,
        strategy,
        endpoints: endpoints.map(({ priority, maxFailures }, index) =>
          endpoint(`e${index}`, { priority, max_failures: maxFailures, max_concurrency: maxConcurrency }),
        ),
      },
      ...(spare ? { spare: { protocol, endpoints: [endpoint('spare')] } } : {}),
    },
    routes: [
      ...(spare ? [{ model: 'small', cluster: 'spare' }] : []),
      { model: '*', cluster: 'main', fallback_models: spare ? ['small'] : [] },
    ],
    retry: {
      max_attempts: maxAttempts,
      base_delay: '5ms',
      max_delay: '20ms',
      max_total_time: `${TOTAL_MS}ms`,
    },
    timeouts: { connect: '200ms', first_content: `${FIRST_CONTENT_MS}ms`, idle: `${FIRST_CONTENT_MS}ms` },
    breaker: { open_for: '100ms' },
    fallback: canned ? { mode: 'canned', texts: [CANNED] } : { mode: 'error' },
  };
}

/** Small and seeded, so that a run can be repeated. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

type Asked = World['requests'][number];

/** Null when the client left before it had an answer. */
async function ask(
  gateway: TestGateway,
  { way, honest, leaves }: Asked,
  said: string,
): Promise<ReadAnswer | null> {
  const stream = isStream(way) ? { stream: true } : {};
  const messages = { model: 'gpt-4o', messages: [{ role: 'user', content: said }], ...stream };
  const [path, body] = {
    chat: ['/v1/chat/completions', messages] as const,
    completions: ['/v1/completions', { model: 'gpt-4o', prompt: said, ...stream }] as const,
    responses: ['/v1/responses', { model: 'gpt-4o', input: said, ...stream }] as const,
    messages: ['/v1/messages', { ...messages, max_tokens: 50 }] as const,
  }[way.split(' ')[0] as 'chat'];
  const headers = {
    'content-type': 'application/json',
    ...(honest ? { 'x-holdfast-fallback': 'off' } : {}),
  };
  if (leaves === null) return read(await gateway.post(path, body, headers));
  const signal = AbortSignal.timeout(leaves);
  const answer = await fetch(gateway.url + path, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
    signal,
  })
    .then(read)
    .catch(() => null);
  return signal.aborted ? null : answer;
}

function checkAnswer(
  answer: ReadAnswer,
  way: string,
  said: string,
  { canned }: World,
  honest: boolean,
): void {
  const { status, headers, text, broken } = answer;
  expect(leaksIn(answer)).toEqual([]);
  const endpoint = headers.get('x-holdfast-endpoint')!;
  if (status !== 200) {
    expect(broken).toBe(false);
    expect([400, 404, 413, 429, 502, 503, 504]).toContain(status);
    expect(errorIn(answer).message).not.toBe('');
    expect(headers.get('x-should-retry')).toBe('false');
    // Where an answer is promised, only the client's own mistake is told instead.
    if (canned && !honest) expect([400, 413]).toContain(status);
    return;
  }
  const speakers = [...text.matchAll(/Hello from (\w+)/g)].map(([, name]) => name);
  const words = saidIn(answer);
  if (endedWell(answer, way)) {
    if (words === CANNED) {
      expect(canned && !honest).toBe(true);
      return;
    }
    const speaker = /^Hello from (\w+), you said: (.*)$/s.exec(words);
    expect(speaker?.[2]).toBe(said);
    if (endpoint !== 'pending') expect(endpoint).toBe(speaker![1]);
  } else {
    expect(isStream(way)).toBe(true);
    expect(broken).toBe(true);
    expect(text).toMatch(/^(?:event: error\n)?data: \{.*"error".*\}$/m);
    expect(text).not.toMatch(/\[DONE\]|message_stop|"response\.completed"/);
    if (endpoint !== 'pending')
      expect(`Hello from ${endpoint}, you said: ${said}`.startsWith(words)).toBe(true);
  }
  expect(new Set(speakers).size).toBeLessThanOrEqual(isStream(way) ? 1 : 2);
}

function checkCalls(simulator: Simulator, said: string, { maxAttempts }: World): void {
  const calls = simulator.requests().filter(({ body }) => body.includes(said));
  const spare = calls.filter(({ upstream }) => upstream === 'spare').length;
  expect(calls.length - spare).toBeLessThanOrEqual(maxAttempts);
  expect(spare).toBeLessThanOrEqual(maxAttempts);
}

/** A client that left may have sent its request all the same: what it causes ends in its own time. */
async function untilNothingIsLeft(gateway: TestGateway): Promise<void> {
  const untilMs = Date.now() + SLACK_MS;
  for (;;) {
    try {
      return await checkNothingLeft(gateway);
    } catch (error) {
      if (Date.now() > untilMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

async function checkNothingLeft(gateway: TestGateway): Promise<void> {
  await idle(gateway);
  for (const cluster of ['main', 'spare']) {
    expect((await gateway.metric(`holdfast_in_flight_requests{llm_cluster="${cluster}"}`)) ?? 0).toBe(0);
  }
  expect(gateway.gateway.budget.requests).toBe(0);
  expect(gateway.gateway.budget.retries).toBe(0);
  for (const { state, slots } of gateway.gateway.routing.endpoints.values()) {
    expect({ inFlight: state.inFlight, leastBad: state.leastBadInFlight, line: slots.length }).toEqual({
      inFlight: 0,
      leastBad: false,
      line: 0,
    });
    if (state.breaker.kind === 'half_open') expect(state.breaker.trials).toBe(0);
  }
  expect(gateway.lines().filter(({ msg }) => /inside the gateway/.test(String(msg)))).toEqual([]);
}

const seed = Date.now() & 0x7fffffff;

test(`any faults, any configuration: one well-formed answer each, in time, of one provider (seed ${seed})`, async () => {
  await using simulator = await startSimulator();
  await fc.assert(
    fc.asyncProperty(world, async (drawn) => {
      simulator.reset();
      for (const [index, { schedule: faults }] of drawn.endpoints.entries())
        simulator.behave(`e${index}`, faults);
      if (drawn.spare) simulator.behave('spare', drawn.spare);
      await using gateway = await startGateway(configOf(drawn, simulator), {
        random: seeded(drawn.random),
        clientTimers: { pingEveryMs: drawn.pingEveryMs },
      });
      const asked = [];
      for (const [index, request] of drawn.requests.entries()) {
        if (protocolOf(request.way) !== drawn.protocol) continue;
        const said = `marker ${index} end`;
        const startedMs = performance.now();
        const answered = ask(gateway, request, said).then((answer) => {
          expect(performance.now() - startedMs).toBeLessThan(TOTAL_MS + SLACK_MS);
          if (answer) checkAnswer(answer, request.way, said, drawn, request.honest);
          return said;
        });
        asked.push(answered);
        if (request.awaited) await answered;
      }
      for (const said of await Promise.all(asked)) checkCalls(simulator, said, drawn);
      await untilNothingIsLeft(gateway);
    }),
    { numRuns: RUNS, seed, endOnFailure: true },
  );
}, 60_000);
