import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { endedWell, idle, inFlight, protocolOf, read, requestFor, saidIn } from './faults/pair.ts';
import { type ConfigFile, startGateway, type TestGateway } from './start-gateway.ts';
import { type Asked, type StoryTeller, startStoryTeller, type Telling } from './story-teller.ts';

const STORY =
  'Once upon a time there was a gateway. It stood between many callers and many models, and it never lost a word, ' +
  'not even in the middle of one. 😀 Every evening the providers fell over; every evening it went on.\n\n\tThe end.';
const WAYS = ['chat stream', 'messages stream'] as const;
/** Prefills are taken over either protocol: a Claude that still does, an endpoint that says so. */
const MODEL = 'claude-sonnet-4-5';

interface Stage extends AsyncDisposable {
  readonly gateway: TestGateway;
  readonly tellers: readonly StoryTeller[];
  /** Sends the request of this way, with more in its body. */
  ask(more?: object, headers?: Record<string, string>): ReturnType<typeof read>;
}

interface StageOptions {
  readonly way?: string;
  readonly story?: () => string;
  readonly tellers?: number;
  readonly endpoint?: object;
  readonly route?: object;
  readonly more?: ConfigFile;
}

/** A gateway with a resuming route, and story tellers in tiers of their own: `first`, `second`, ... */
async function stage({
  way = 'chat stream',
  story = () => STORY,
  tellers: count = 2,
  endpoint = { continuation: 'prefill' },
  route = { resume: true },
  more = {},
}: StageOptions = {}): Promise<Stage> {
  const names = ['first', 'second', 'third', 'fourth'].slice(0, count);
  const tellers = await Promise.all(names.map((name) => startStoryTeller(name, story)));
  const gateway = await startGateway({
    clusters: {
      main: {
        protocol: protocolOf(way),
        endpoints: names.map((name, at) => ({
          name,
          base_url: tellers[at]!.baseUrl,
          api_key: 'sk-test',
          priority: at + 1,
          ...endpoint,
        })),
      },
    },
    routes: [{ model: '*', cluster: 'main', ...route }],
    breaker: { max_failures: 1000 },
    ...more,
  });
  const { path, body } = requestFor(way, MODEL);
  return {
    gateway,
    tellers,
    ask: async (extra = {}, headers = {}) => read(await gateway.post(path, { ...body, ...extra }, headers)),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      for (const teller of tellers) await teller[Symbol.asyncDispose]();
    },
  };
}

const soFarIn = ({ messages }: Asked): string =>
  messages.findLast(({ role }) => role === 'assistant')?.content ?? '';
const outcome = (gateway: TestGateway, kind: string, protocol = 'openai') =>
  gateway.metric(`holdfast_requests_total{llm_cluster="main",protocol="${protocol}",outcome="${kind}"}`);
const attempts = (gateway: TestGateway, endpoint: string, result: string) =>
  gateway.metric(
    `holdfast_upstream_attempts_total{llm_cluster="main",llm_endpoint="${endpoint}",result="${result}"}`,
  );
const calls = ({ tellers }: Stage) => tellers.map((teller) => teller.asked().length);
/** The events that begin an answer or a block of it come once, and all events are of one answer. */
function beginsOnce(text: string, way: string): void {
  const marks =
    way === 'chat stream' ? ['"role":"assistant"'] : ['event: message_start', 'event: content_block_start'];
  for (const mark of marks) expect([mark, text.split(mark).length - 1]).toEqual([mark, 1]);
  expect(new Set(text.match(/"id":"[^"]+"/g)).size).toBe(1);
}

describe.each(WAYS)('a %s that breaks off after content', (way) => {
  test.each<[string, Telling]>([
    ['a connection that ends', { cut: 'fin' }],
    ['a connection that is reset', { cut: 'rst' }],
    ['an error event', { cut: 'error_event' }],
    ['silence', { cut: 'stall' }],
  ])('by %s is gone on with by the next endpoint, as one unbroken answer', async (_, telling) => {
    await using scene = await stage({ way, more: { timeouts: { idle: '150ms' } } });
    const { gateway, tellers, ask } = scene;
    tellers[0]!.behave({ ...telling, cutAfter: 60 });
    const answer = await ask();
    expect(saidIn(answer)).toBe(STORY);
    expect(endedWell(answer, way)).toBe(true);
    expect(answer.text).toMatch(/^: holdfast resumed endpoint=second after=\d+ chars$/m);
    expect(answer.text.match(/: holdfast/g)).toHaveLength(1);
    beginsOnce(answer.text, way);
    expect(answer.text).not.toContain('second-model');
    expect(answer.text).not.toMatch(/"error"|Overloaded/);

    const [asked] = tellers[1]!.asked();
    expect(STORY.startsWith(soFarIn(asked!))).toBe(true);
    expect(asked!.messages.at(-1)!.role).toBe('assistant');
    expect(calls(scene)).toEqual([1, 1]);
    expect(answer.headers.get('x-holdfast-endpoint')).toBe('first');

    await idle(gateway);
    expect(await outcome(gateway, 'fallback', protocolOf(way))).toBe(1);
    expect(await attempts(gateway, 'second', 'ok')).toBe(1);
    expect(await attempts(gateway, 'first', 'ok')).toBe(0);
    const [line] = gateway.gateway.accessLog.recent();
    expect(line).toMatchObject({ outcome: 'fallback', attempts: 2, resumed: 1, endpoint: 'second' });
    expect(line!.trail.map(({ endpoint, result }) => [endpoint, result === 'ok'])).toEqual([
      ['first', false],
      ['second', true],
    ]);
    expect(gateway.lines().find(({ msg }) => msg === 'stream resumed')).toMatchObject({
      endpoint: 'main/second',
      after_chars: Number(/after=(\d+)/.exec(answer.text)![1]),
    });
  });

  test('loses no word and repeats none, wherever it breaks and however often', async () => {
    let story = STORY;
    await using scene = await stage({
      way,
      story: () => story,
      tellers: 4,
      more: { retry: { base_delay: '1ms' } },
    });
    const words = fc.constantFrom('one', 'two', 'Ω', '😀', '\n', ' ', '- item\n- item', '', '"quoted"', '{}');
    const cuts = fc.array(
      fc.record({ cutAfter: fc.integer({ min: 1, max: 120 }), piece: fc.integer({ min: 1, max: 20 }) }),
      {
        maxLength: 3,
      },
    );
    const last = fc.record({ piece: fc.integer({ min: 1, max: 40 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(words, { minLength: 1, maxLength: 60 }),
        cuts,
        last,
        async (said, broken, whole) => {
          story = `It begins ${said.join(' ')}.`;
          for (const [at, teller] of scene.tellers.entries()) teller.behave(broken[at] ?? whole);
          const answer = await scene.ask();
          expect(saidIn(answer)).toBe(story);
          expect(endedWell(answer, way)).toBe(true);
          beginsOnce(answer.text, way);
        },
      ),
      { numRuns: 60 },
    );
    await idle(scene.gateway);
    expect(await inFlight(scene.gateway)).toBe(0);
  });

  test('before its finish, with nothing left to say, is ended properly', async () => {
    await using scene = await stage({ way });
    scene.tellers[0]!.behave({ cutAfter: 1000 });
    const answer = await scene.ask();
    expect(saidIn(answer)).toBe(STORY);
    expect(endedWell(answer, way)).toBe(true);
    expect(await attempts(scene.gateway, 'second', 'ok')).toBe(1);
  });

  test('is told its usage as that of one answer', async () => {
    await using scene = await stage({ way });
    scene.tellers[0]!.behave({ cutAfter: 100 });
    const answer = await scene.ask({ stream_options: { include_usage: true } });
    const output = Number(
      /"(?:completion|output)_tokens":(\d+)(?![\s\S]*put_tokens)(?![\s\S]*completion_tokens)/.exec(
        answer.text,
      )![1],
    );
    expect(Math.abs(output - STORY.length / 4)).toBeLessThan(3);
    await idle(scene.gateway);
    expect(scene.gateway.gateway.accessLog.recent()[0]!.usage!.outputTokens).toBe(output);
  });

  test('is gone on with by a model that thinks first, without its thoughts', async () => {
    await using scene = await stage({ way });
    scene.tellers[0]!.behave({ cutAfter: 60 });
    scene.tellers[1]!.behave({ thinks: 'Where was I?' });
    const answer = await scene.ask();
    expect(saidIn(answer)).toBe(STORY);
    expect(answer.text).not.toContain('Where was I?');
  });
});

describe('a continuation', () => {
  test.each<[string, Telling['goesOn'], object]>([
    [
      'begins all over, although it was to take the text for its own',
      (_, story) => story,
      { continuation: 'prefill' },
    ],
    ['begins all over after an instruction', (_, story) => story, { continuation: 'instruction' }],
    [
      'says the last words again',
      (soFar, story) => story.slice(soFar.length - 15),
      { continuation: 'instruction' },
    ],
    ['is given in another form', undefined, { continuation: 'prefill' }],
  ])('that %s repeats nothing', async (_, goesOn, endpoint) => {
    await using scene = await stage({ endpoint });
    scene.tellers[0]!.behave({ cutAfter: 90 });
    scene.tellers[1]!.behave(goesOn ? { goesOn } : { as: 'json' });
    const answer = await scene.ask();
    expect(saidIn(answer)).toBe(STORY);
    expect(endedWell(answer, 'chat stream')).toBe(true);
    expect(answer.text).toContain('holdfast resumed endpoint=second');
  });

  test('that turns out to be another answer is not shown; the next endpoint goes on', async () => {
    await using scene = await stage({ tellers: 3 });
    scene.tellers[0]!.behave({ cutAfter: 90 });
    scene.tellers[1]!.behave({ goesOn: (_, story) => `${story.slice(0, 60)}, and everybody slept.` });
    const answer = await scene.ask();
    expect(saidIn(answer)).toBe(STORY);
    expect(answer.text).toContain('holdfast resumed endpoint=third');
    expect(answer.text).not.toContain('slept');
    expect(calls(scene)).toEqual([1, 1, 1]);
    expect(await attempts(scene.gateway, 'second', 'bad_response')).toBe(1);
  });

  test('that fails before content is another’s turn', async () => {
    await using scene = await stage({ tellers: 4 });
    scene.tellers[0]!.behave({ cutAfter: 60 });
    scene.tellers[1]!.behave({ status: 503 });
    scene.tellers[2]!.behave({ cutAfter: 0, cut: 'rst' });
    const answer = await scene.ask();
    expect(saidIn(answer)).toBe(STORY);
    expect(calls(scene)).toEqual([1, 1, 1, 1]);
  });

  test('may come from the same endpoint, and is a fallback all the same', async () => {
    await using scene = await stage({ tellers: 1 });
    scene.tellers[0]!.behave({ cutAfter: 60 }, {});
    const answer = await scene.ask();
    expect(saidIn(answer)).toBe(STORY);
    expect(calls(scene)).toEqual([2]);
    await idle(scene.gateway);
    expect(await outcome(scene.gateway, 'fallback')).toBe(1);
    expect(await outcome(scene.gateway, 'primary')).toBe(0);
  });

  test('may come from a fallback model', async () => {
    await using scene = await stage({
      tellers: 1,
      route: { resume: true, retry: { max_attempts: 1 }, fallback_models: ['spare'] },
    });
    scene.tellers[0]!.behave({ cutAfter: 60 }, {});
    const answer = await scene.ask();
    expect(saidIn(answer)).toBe(STORY);
    expect(scene.tellers[0]!.asked().map(({ model }) => model)).toEqual([MODEL, 'spare']);
  });

  test('of a request that was hedged is noted like any other', async () => {
    await using scene = await stage({ route: { resume: true, hedge: true } });
    for (let asked = 0; asked < 25; asked++) await scene.ask();
    scene.tellers[0]!.behave({ cutAfter: 60 });
    expect(saidIn(await scene.ask())).toBe(STORY);
  });

  test('is asked for with less output, and without the key of the first request', async () => {
    await using scene = await stage();
    scene.tellers[0]!.behave({ cutAfter: 100 });
    await scene.ask({ max_tokens: 500 }, { 'idempotency-key': 'once' });
    expect(scene.tellers[1]!.asked()[0]!.max_tokens).toBe(475);
    const keys = scene.tellers.map(({ upstream }) => upstream.requests()[0]!.headers['idempotency-key']);
    expect(keys).toEqual(['once', undefined]);
  });

  test('is asked for by instruction where nobody promises to take a prefill', async () => {
    await using scene = await stage({ endpoint: {} });
    scene.tellers[0]!.behave({ cutAfter: 60 });
    expect(saidIn(await scene.ask())).toBe(STORY);
    const [asked] = scene.tellers[1]!.asked();
    expect(asked!.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
  });

  test('whose prefill is refused is asked for by instruction', async () => {
    await using scene = await stage({ way: 'messages stream', endpoint: {} });
    scene.tellers[0]!.behave({ cutAfter: 60 });
    scene.tellers[1]!.behave({ refusesPrefill: true });
    const answer = await scene.ask();
    expect(saidIn(answer)).toBe(STORY);
    expect(scene.tellers[1]!.asked().map(({ messages }) => messages.at(-1)!.role)).toEqual([
      'assistant',
      'user',
    ]);
  });
});

describe('a stream that nobody can go on with breaks off honestly', () => {
  const brokenOff = (answer: Awaited<ReturnType<typeof read>>) => {
    expect(answer.broken).toBe(true);
    expect(answer.text).toMatch(/"code":"stream_interrupted"|event: error/);
    expect(answer.text).not.toMatch(/\[DONE\]|"finish_reason":"stop"|message_stop/);
  };

  test.each<[string, object]>([
    ['the route does not ask for it', { route: {} }],
    ['no endpoint is left', { tellers: 1, route: { resume: true, retry: { max_attempts: 1 } } }],
  ])('when %s', async (_, options: StageOptions) => {
    await using scene = await stage(options);
    for (const teller of scene.tellers) teller.behave({ cutAfter: 60 });
    const answer = await scene.ask();
    brokenOff(answer);
    expect(answer.text).not.toContain('resumed');
    expect(calls(scene).reduce((sum, count) => sum + count)).toBe(1);
    await idle(scene.gateway);
    expect(await outcome(scene.gateway, 'exhausted')).toBe(1);
  });

  const tool = { type: 'function', function: { name: 'f', parameters: {} } };
  test.each<[string, object, Telling]>([
    ['the request has tools', { tools: [tool] }, {}],
    ['the answer has a form', { response_format: { type: 'json_object' } }, {}],
    ['the answer has another form', { guided_regex: '.*' }, {}],
    ['several answers are asked for', { n: 2 }, {}],
    ['it is to be spoken', { modalities: ['text', 'audio'], audio: { voice: 'a', format: 'mp3' } }, {}],
    ['the model thought', {}, { thinks: 'Hm.' }],
    [
      'the model called a tool',
      {},
      { delta: { tool_calls: [{ index: 0, id: 'a', function: { name: 'f' } }] } },
    ],
    ['the model showed an image', {}, { delta: { images: [{ image_url: { url: 'data:' } }] } }],
    ['the model refused', {}, { delta: { refusal: 'No.' } }],
  ])('when %s', async (_, more, telling) => {
    await using scene = await stage();
    scene.tellers[0]!.behave({ ...telling, cutAfter: 60 });
    brokenOff(await scene.ask(more));
    expect(calls(scene)).toEqual([1, 0]);
  });

  test.each<[string, object, Telling]>([
    ['thinking was asked for', { thinking: { type: 'enabled', budget_tokens: 1024 } }, {}],
    ['the model thought', {}, { thinks: 'Hm.' }],
    ['the answer has a form', { output_config: { format: { type: 'json_schema', schema: {} } } }, {}],
  ])('when, over the Messages API, %s', async (_, more, telling) => {
    await using scene = await stage({ way: 'messages stream' });
    scene.tellers[0]!.behave({ ...telling, cutAfter: 60 });
    brokenOff(await scene.ask(more));
    expect(calls(scene)).toEqual([1, 0]);
  });

  test('when everybody fails, after no more attempts than the policy allows', async () => {
    await using scene = await stage({ tellers: 3 });
    for (const teller of scene.tellers) teller.behave({ cutAfter: 20 });
    const answer = await scene.ask();
    brokenOff(answer);
    expect(STORY.startsWith(saidIn(answer))).toBe(true);
    expect(saidIn(answer).length).toBeGreaterThan(60);
    expect(answer.text.match(/: holdfast resumed/g)).toHaveLength(3);
    expect(calls(scene).reduce((sum, count) => sum + count)).toBe(4);
    await idle(scene.gateway);
    expect(await inFlight(scene.gateway)).toBe(0);
    expect(scene.gateway.gateway.accessLog.recent()[0]).toMatchObject({ outcome: 'exhausted', resumed: 3 });
  });

  test.each<[string, ConfigFile, Record<string, string>]>([
    ['total time of a stream', { timeouts: { total: '600ms' } }, {}],
    ['client’s own time', {}, { 'x-holdfast-timeout': '600ms' }],
  ])('when the %s is up: a continuation does not begin it anew', async (_, more, headers) => {
    await using scene = await stage({ more });
    scene.tellers[0]!.behave({ cutAfter: 30, everyMs: 30 });
    scene.tellers[1]!.behave({ everyMs: 30 });
    const answer = await scene.ask({}, headers);
    expect(answer.broken).toBe(true);
    expect(answer.text).toContain('"code":"deadline"');
    expect(answer.text).toContain('holdfast resumed endpoint=second');
    expect(calls(scene)).toEqual([1, 1]);
  });

  test('when the client has left: the continuation is cut, and nobody is blamed', async () => {
    await using scene = await stage();
    scene.tellers[0]!.behave({ cutAfter: 30 });
    scene.tellers[1]!.behave({ everyMs: 20 });
    const leaving = new AbortController();
    const { path, body } = requestFor('chat stream', MODEL);
    const response = await fetch(scene.gateway.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: leaving.signal,
    });
    const reader = response.body!.getReader();
    let text = '';
    while (!text.includes('resumed')) text += new TextDecoder().decode((await reader.read()).value);
    leaving.abort();
    await scene.tellers[1]!.upstream.waitForAllClosed();
    await idle(scene.gateway);
    expect(await outcome(scene.gateway, 'cancelled')).toBe(1);
    expect(await attempts(scene.gateway, 'second', 'aborted')).toBe(1);
    expect(await inFlight(scene.gateway)).toBe(0);
  });
});
