import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import { startGateway } from '../start-gateway.ts';
import { ask, codesOf, errorIn, pair, protocolOf } from './pair.ts';
import { expectFailedOver, role, STREAMS, withPair } from './stream-cases.ts';

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
