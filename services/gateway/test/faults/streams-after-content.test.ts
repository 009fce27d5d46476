import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import { startGateway } from '../start-gateway.ts';
import { ask, breakerOpen, endedWell, inRotation, lastLine, pair, protocolOf, saidIn } from './pair.ts';
import { expectBrokenOff, role, STREAMS, stop, withPair, word } from './stream-cases.ts';

const EXHAUSTED = (way: string) =>
  `holdfast_requests_total{llm_cluster="main",protocol="${protocolOf(way)}",outcome="exhausted"}`;

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
