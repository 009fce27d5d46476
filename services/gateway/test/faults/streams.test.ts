import type { Behaviour } from '@holdfast/simulator/behaviour';
import type { Simulator } from '@holdfast/simulator/simulator';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import { startGateway, type TestGateway } from '../start-gateway.ts';
import {
  ask,
  breakerOpen,
  codesOf,
  endedWell,
  errorIn,
  inRotation,
  lastLine,
  leaksIn,
  pair,
  protocolOf,
  type ReadAnswer,
  saidIn,
  simulatedPair,
} from './pair.ts';

const STREAMS = ['chat stream', 'completions stream', 'responses stream', 'messages stream'] as const;

/** What FAULTS.md calls A2: an error event in the client's dialect and nothing that looks like an end. */
function expectBrokenOff(answer: ReadAnswer, way: string, code = 'stream_interrupted'): void {
  expect(answer.status).toBe(200);
  expect(answer.broken).toBe(true);
  expect(answer.text).toMatch(/^(?:event: error\n)?data: \{.*"error".*\}$/m);
  if (protocolOf(way) === 'openai') expect(answer.text).toContain(`"code":"${code}"`);
  expect(answer.text).not.toMatch(/\[DONE\]|"finish_reason":"stop"|message_stop|response\.completed/);
  expect(leaksIn(answer)).toEqual([]);
}

async function withPair(
  way: string,
  answer: Behaviour,
  check: (got: ReadAnswer, at: { simulator: Simulator; gateway: TestGateway }) => Promise<void> | void,
  more = {},
): Promise<void> {
  await using simulator = await startSimulator();
  await using gateway = await simulatedPair(simulator, way, more);
  simulator.behave('primary', answer);
  await check(await ask(gateway, way), { simulator, gateway });
}

const expectFailedOver = (got: ReadAnswer, way: string, simulator: Simulator) => {
  expect(saidIn(got)).toContain('Hello from secondary');
  expect(got.text).not.toContain('primary');
  expect(endedWell(got, way)).toBe(true);
  expect(simulator.requests('primary')).toHaveLength(1);
  expect(simulator.requests('secondary')).toHaveLength(1);
};

const chunk = (delta: object, more: object = {}) => ({
  id: 'c1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'gpt-4o',
  choices: [{ index: 0, delta, finish_reason: null, ...more }],
});
const role = chunk({ role: 'assistant', content: '' });
const word = (content: string) => chunk({ content });
const stop = chunk({}, { finish_reason: 'stop' });

describe('before content', () => {
  for (const way of STREAMS) {
    for (const [id, cut] of [
      ['S01', 'error_event'],
      ['S01', 'error_event_then_done'],
      ['S03', 'eof_without_done'],
      ['S03', 'fin'],
      ['S03', 'rst'],
    ] as const) {
      test(`${id} ${way}: cut by ${cut}, it goes to the next endpoint unseen`, () =>
        withPair(way, { cutAfterEvents: 0, cut }, (got, { simulator }) =>
          expectFailedOver(got, way, simulator),
        ));
    }

    test(`S01 ${way}: with nothing else an error as first event is a status, not a stream`, async () => {
      await using simulator = await startSimulator();
      await using gateway = await startGateway(
        pair({ primary: simulator.baseUrl('primary'), secondary: null, protocol: protocolOf(way) }),
      );
      simulator.behave('primary', { cutAfterEvents: 0, cut: 'error_event' });
      const got = await ask(gateway, way);
      expect(got.status).toBeGreaterThanOrEqual(502);
      expect(got.headers.get('content-type')).toBe('application/json');
      expect(errorIn(got).message).toContain('primary');
    });
  }

  test('S01 an error as first event is judged as the status it names', () =>
    withPair(
      'chat stream',
      { events: [{ error: { message: 'No auth credentials found', code: 401 } }] },
      async (got, { simulator, gateway }) => {
        expectFailedOver(got, 'chat stream', simulator);
        expect(codesOf(gateway)).toEqual(['P05', 'ok']);
      },
    ));

  for (const way of ['chat stream', 'messages stream']) {
    test(`${way}: lifecycle events, comments and pings are no content: what fails after them fails unseen`, () =>
      withPair(way, { pings: { before: 3 }, cutAfterEvents: 1, cut: 'fin' }, (got, { simulator }) =>
        expectFailedOver(got, way, simulator),
      ));
  }

  test('S10 chunks without choices are no content either', () =>
    withPair(
      'chat stream',
      { events: [{ id: 'c1', choices: [], prompt_filter_results: [] }, role], cut: 'fin' },
      (got, { simulator }) => expectFailedOver(got, 'chat stream', simulator),
    ));

  test('S08 an event that is longer than any is given up, and goes to the next endpoint', () =>
    withPair(
      'chat stream',
      { events: [role, `data: {"x":"${'x'.repeat(9 * 1024 * 1024)}"}`] },
      async (got, { simulator, gateway }) => {
        expectFailedOver(got, 'chat stream', simulator);
        expect(codesOf(gateway)).toEqual(['S08', 'ok']);
      },
    ));

  test('S09 more than three broken events are given up, and go to the next endpoint', () =>
    withPair(
      'chat stream',
      { events: [role, ...Array.from({ length: 4 }, () => 'data: {"choices":[{"del')] },
      async (got, { simulator, gateway }) => {
        expectFailedOver(got, 'chat stream', simulator);
        expect(codesOf(gateway)).toEqual(['S09', 'ok']);
      },
    ));
});

describe('after content', () => {
  for (const way of STREAMS) {
    for (const cut of ['error_event', 'error_event_then_done'] as const) {
      test(`S02 ${way}: ${cut} ends the stream as an error, and nobody else is asked`, () =>
        withPair(way, { cut, chunkDelayMs: 1 }, async (got, { simulator, gateway }) => {
          expectBrokenOff(got, way);
          expect(saidIn(got)).toContain('Hello');
          expect(simulator.requests('secondary')).toHaveLength(0);
          expect(await gateway.metric(EXHAUSTED(way))).toBe(1);
        }));
    }

    for (const cut of ['fin', 'rst', 'eof_without_done'] as const) {
      test(`S03 ${way}: an end by ${cut} without a finish is an error, and counts against the endpoint`, () =>
        withPair(way, { cut, chunkDelayMs: 1 }, async (got, { simulator, gateway }) => {
          expectBrokenOff(got, way);
          expect(simulator.requests('secondary')).toHaveLength(0);
          expect(await breakerOpen(gateway)).toBe(true);
        }));
    }

    for (const cut of ['finish_without_done', 'finish_then_fin', 'finish_then_rst'] as const) {
      // The Responses API finishes with its terminator: without that there is no finish.
      if (way === 'responses stream') continue;
      test(`S03 ${way}: after its finish, ${cut} is a success whose end is added`, () =>
        withPair(way, { cut, chunkDelayMs: 1 }, async (got, { simulator, gateway }) => {
          expect(endedWell(got, way)).toBe(true);
          expect(saidIn(got)).toContain('Hello from primary');
          expect(simulator.requests('secondary')).toHaveLength(0);
          expect(await breakerOpen(gateway)).toBe(false);
        }));
    }
  }

  for (const way of ['chat stream', 'completions stream', 'messages stream']) {
    test(`S04 ${way}: an end without a finish reason gets one`, () =>
      withPair(way, { cut: 'done_without_finish' }, async (got, { gateway }) => {
        expect(endedWell(got, way)).toBe(true);
        expect(got.text).toMatch(/"finish_reason":"stop"|"stop_reason":"end_turn"/);
        expect(await breakerOpen(gateway)).toBe(false);
      }));
  }

  test('S04 with a tool call the added finish reason is tool_calls', () =>
    withPair(
      'chat stream',
      { cut: 'done_without_finish', toolCall: { name: 'look_up', arguments: { q: 'x' } } },
      (got) => expect(got.text).toContain('"finish_reason":"tool_calls"'),
    ));

  test('S02 an error inside the choice is one', () =>
    withPair('chat stream', { cut: 'error_in_choice', chunkDelayMs: 1 }, (got) =>
      expectBrokenOff(got, 'chat stream'),
    ));

  test('S02 what a provider tells of itself in the error stays here', () =>
    withPair(
      'chat stream',
      {
        events: [
          role,
          word('Hello'),
          {
            error: {
              message: 'upstream https://10.0.0.7/v1 said no to sk-proj-c4n4ryc4n4ryc4n4ry',
              code: 502,
            },
          },
        ],
      },
      (got) => expectBrokenOff(got, 'chat stream'),
    ));

  test('P28 a finish reason that says error is no end', () =>
    withPair('chat stream', { fault: 'error_finish', chunkDelayMs: 1 }, (got) => {
      expectBrokenOff(got, 'chat stream');
      expect(got.text).not.toContain('"finish_reason":"error"');
    }));

  test('S08 an event that is longer than any ends the stream', () =>
    withPair(
      'chat stream',
      { events: [role, word('Hello'), `data: {"x":"${'x'.repeat(9 * 1024 * 1024)}"}`] },
      (got) => expectBrokenOff(got, 'chat stream'),
    ));

  test('S08 a long event that is not too long arrives whole', async () => {
    const long = 'y'.repeat(2 * 1024 * 1024);
    await withPair('chat stream', { events: [role, word(long), stop, 'data: [DONE]'] }, (got) => {
      expect(saidIn(got)).toBe(long);
      expect(endedWell(got, 'chat stream')).toBe(true);
    });
  });

  test('S09 up to three broken events are left out of a good stream', () =>
    withPair(
      'chat stream',
      {
        events: [
          role,
          word('Hello'),
          ...Array(3).fill('data: {"choices":[{"del'),
          word(' there'),
          stop,
          'data: [DONE]',
        ],
      },
      async (got, { gateway }) => {
        expect(saidIn(got)).toBe('Hello there');
        expect(endedWell(got, 'chat stream')).toBe(true);
        expect(await breakerOpen(gateway)).toBe(false);
      },
    ));

  test('S09 a fourth broken event ends the stream', () =>
    withPair('chat stream', { events: [role, word('Hello'), ...Array(4).fill('data: {"cho')] }, (got) =>
      expectBrokenOff(got, 'chat stream'),
    ));

  for (const way of ['chat stream', 'messages stream']) {
    test(`S17 ${way}: silence after content gets pings, then the end of an error, and counts against the endpoint`, async () => {
      await using simulator = await startSimulator();
      await using gateway = await startGateway(
        pair({
          primary: simulator.baseUrl('primary'),
          secondary: simulator.baseUrl('secondary'),
          protocol: protocolOf(way),
          more: { timeouts: { idle: '400ms' } },
        }),
        { clientTimers: { pingEveryMs: 30 } },
      );
      simulator.behave('primary', { cutAfterEvents: 4, cut: 'stall', chunkDelayMs: 1 });
      const got = await ask(gateway, way);
      expectBrokenOff(got, way);
      expect(got.text.match(/^: ping$/gm)!.length).toBeGreaterThanOrEqual(2);
      expect(await breakerOpen(gateway)).toBe(true);
      await simulator.waitForAbort('primary');
    });

    test(`S05 N16 ${way}: comments for ever after content are no progress`, () =>
      withPair(
        way,
        { pings: { every: 1, comment: 'processing' }, text: ` ${'word '.repeat(3)}`, chunkDelayMs: 5 },
        async (got) => {
          expect(endedWell(got, way)).toBe(true);
          expect(got.text).toContain(': processing');
        },
      ));
  }

  test('S05 comments and pings after content never keep a stalled stream alive', () =>
    withPair(
      'chat stream',
      {
        events: [role, word('Hello'), ...Array(500).fill(': processing')],
        chunkDelayMs: 20,
      },
      (got) => expectBrokenOff(got, 'chat stream'),
      { timeouts: { idle: '150ms' } },
    ));

  test('S18 a stream longer than it may be ends with that code, and nobody is blamed', () =>
    withPair(
      'chat stream',
      { eventCount: 1000, chunkDelayMs: 10 },
      async (got, { simulator, gateway }) => {
        expectBrokenOff(got, 'chat stream', 'deadline');
        expect(simulator.requests('secondary')).toHaveLength(0);
        expect(await breakerOpen(gateway)).toBe(false);
        expect(await inRotation(gateway, 'chat')).toBe(true);
      },
      { timeouts: { total: '200ms' } },
    ));

  test('what was used until the break is counted, and when the first content came', () =>
    withPair('messages stream', { cut: 'fin', chunkDelayMs: 1 }, async (_got, { gateway }) => {
      const line = lastLine(gateway);
      expect(line.usage?.inputTokens).toBeGreaterThan(0);
      expect(line.first_content_ms).not.toBeNull();
    }));
});

const EXHAUSTED = (way: string) =>
  `holdfast_requests_total{llm_cluster="main",protocol="${protocolOf(way)}",outcome="exhausted"}`;

describe('a stream in any spelling', () => {
  const text = 'Grüße – 你好 👋🏽 مرحبا';
  const chat = { path: 'chat stream' } as const;

  for (const way of STREAMS) {
    test(`S06 ${way}: a byte at a time, characters arrive whole`, () =>
      withPair(way, { text, splitAt: { every: 1 } }, (got) => {
        expect(saidIn(got)).toBe(text);
        expect(got.text).not.toContain('\uFFFD');
        expect(endedWell(got, way)).toBe(true);
      }));

    for (const lineEnd of ['crlf', 'cr'] as const) {
      test(`S07 ${way}: lines that end in ${lineEnd}, a byte order mark`, () =>
        withPair(way, { text, lineEnd, bom: true, splitAt: { every: 7 } }, (got) => {
          expect(saidIn({ text: got.text.replace('\uFEFF', '') })).toBe(text);
          expect(got.broken).toBe(false);
        }));
    }
  }

  test('S07 several data lines, no space, ids and retry fields, a separator of lines inside JSON', () =>
    withPair(
      chat.path,
      {
        events: [
          `id: 7\nretry: 100\ndata:${JSON.stringify(role)}\n\n`,
          'data: {"id":"c1","choices":[{"index":0,\ndata: "delta":{"content":"two lines"},"finish_reason":null}]}\n\n',
          `data:${JSON.stringify(word('a\u2028b'))}\n\n`,
          `data:${JSON.stringify(stop)}\n\n`,
          'data:[DONE]\n\n',
        ],
      },
      async (got, { simulator, gateway }) => {
        expect(got.text).toContain('two lines');
        expect(got.text).toContain('a\u2028b');
        expect(got.text.trimEnd()).toMatch(/data: ?\[DONE\]$/);
        expect(got.broken).toBe(false);
        expect(simulator.requests('secondary')).toHaveLength(0);
        expect(codesOf(gateway)).toEqual(['ok']);
      },
    ));

  test('S10 chunks without choices pass', () =>
    withPair(
      chat.path,
      {
        events: [
          { id: 'c1', choices: [], prompt_filter_results: [{ prompt_index: 0 }] },
          role,
          word('Hello'),
          stop,
          { id: 'c1', choices: [], usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 } },
          'data: [DONE]',
        ],
      },
      (got, { gateway }) => {
        expect(got.text).toContain('prompt_filter_results');
        expect(got.text).toContain('"total_tokens":7');
        expect(lastLine(gateway).usage).toEqual({ inputTokens: 3, outputTokens: 4 });
      },
    ));

  test('S13 a second message_start and gaps between tools are tolerated', async () => {
    const start = {
      type: 'message_start',
      message: {
        id: 'm',
        type: 'message',
        role: 'assistant',
        content: [],
        model: 'x',
        usage: { input_tokens: 1, output_tokens: 1 },
      },
    };
    const event = (data: { type: string }) => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
    await withPair(
      'messages stream',
      {
        events: [
          event(start),
          event(start),
          event({
            type: 'content_block_start',
            index: 0,
            content_block: { type: 'text', text: '' },
          } as never),
          event({
            type: 'content_block_delta',
            index: 0,
            delta: { type: 'text_delta', text: 'Hello' },
          } as never),
          event({ type: 'content_block_stop', index: 0 } as never),
          event({
            type: 'message_delta',
            delta: { stop_reason: 'end_turn' },
            usage: { output_tokens: 2 },
          } as never),
          event({ type: 'message_stop' }),
        ],
      },
      (got) => {
        expect(saidIn(got)).toBe('Hello');
        expect(endedWell(got, 'messages stream')).toBe(true);
      },
    );
    const tool = (index: number, name: string) =>
      chunk({
        tool_calls: [{ index, id: `call_${index}`, type: 'function', function: { name, arguments: '{}' } }],
      });
    await withPair(
      chat.path,
      {
        events: [
          role,
          tool(3, 'late'),
          tool(0, 'early'),
          chunk({}, { finish_reason: 'tool_calls' }),
          'data: [DONE]',
        ],
      },
      (got) => {
        expect(got.text).toContain('late');
        expect(got.text).toContain('early');
        expect(endedWell(got, chat.path)).toBe(true);
      },
    );
  });

  test('S14 a limit that hits inside a tool call keeps its finish reason', () =>
    withPair(
      chat.path,
      { toolCall: { name: 'look_up', arguments: { q: 'x' } }, finishReason: 'length' },
      (got, { simulator }) => {
        expect(got.text).toContain('"finish_reason":"length"');
        expect(got.text).not.toContain('"finish_reason":"tool_calls"');
        expect(simulator.requests('secondary')).toHaveLength(0);
      },
    ));
});

describe('the other form than was asked for', () => {
  for (const way of STREAMS) {
    test(`S11 ${way}: a whole answer is told as a stream`, () =>
      withPair(way, { as: 'json' }, async (got, { simulator }) => {
        expect(got.headers.get('content-type')).toMatch(/^text\/event-stream/);
        expect(saidIn(got)).toContain('Hello from primary');
        expect(endedWell(got, way)).toBe(true);
        expect(simulator.requests('secondary')).toHaveLength(0);
      }));
  }

  test('S11 an error document instead of a stream is judged as one', () =>
    withPair('chat stream', { fault: 'error_in_200' }, (got, { simulator }) =>
      expectFailedOver(got, 'chat stream', simulator),
    ));

  for (const way of ['chat', 'completions', 'responses', 'messages']) {
    test(`S12 ${way}: a stream is told as a whole answer`, () =>
      withPair(way, { as: 'sse' }, async (got, { simulator }) => {
        expect(got.headers.get('content-type')).toBe('application/json');
        expect(saidIn(got)).toContain('Hello from primary');
        expect(simulator.requests('secondary')).toHaveLength(0);
      }));

    test(`S12 ${way}: a stream that breaks goes to the next endpoint`, () =>
      withPair(way, { as: 'sse', cut: 'eof_without_done' }, async (got) =>
        expect(saidIn(got)).toContain('Hello from secondary'),
      ));
  }

  test('S12 an error in a stream nobody asked for is judged as the status it names', () =>
    withPair(
      'chat',
      {
        headers: { 'content-type': 'text/event-stream' },
        body: 'data: {"error":{"message":"No auth credentials found","code":401}}\n\n',
      },
      async (got, { gateway }) => {
        expect(saidIn(got)).toContain('Hello from secondary');
        expect(codesOf(gateway)).toEqual(['P05', 'ok']);
      },
    ));

  test('S12 NDJSON is told as a whole answer, or goes to the next endpoint', () =>
    withPair('chat', { as: 'ndjson' }, (got) => {
      expect(got.status).toBe(200);
      expect(saidIn(got)).toContain('Hello from');
    }));
});
