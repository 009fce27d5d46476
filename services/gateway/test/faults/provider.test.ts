import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import { startGateway } from '../start-gateway.ts';
import {
  ask,
  breakerOpen,
  endedWell,
  errorIn,
  inRotation,
  leaksIn,
  pair,
  protocolOf,
  saidIn,
  simulatedPair,
  WAYS,
} from './pair.ts';
import { PROVIDER_DEMANDS, VALID_ANSWERS } from './provider-faults.ts';

/** Refusals differ by status, hardly by what was asked: one whole answer and one stream, one of each protocol. */
const TWO_WAYS = ['chat', 'messages stream'] as const;
const CALLS = { next: 1, same: 2, stop: 1 } as const;

for (const { code, name, answer, retry, penalty, alone, ways = TWO_WAYS } of PROVIDER_DEMANDS) {
  describe(`${code} ${name}`, () => {
    for (const way of ways) {
      test(`${way}: ${retry === 'stop' ? 'goes to the client, and nobody else is asked' : 'is answered by the next endpoint, unseen'}; ${penalty === 'none' ? 'nobody is' : `the ${penalty} is`} penalised`, async () => {
        await using simulator = await startSimulator();
        await using gateway = await simulatedPair(simulator, way);
        simulator.behave('primary', answer);
        const first = await ask(gateway, way);
        expect(simulator.requests('primary')).toHaveLength(CALLS[retry]);
        expect(leaksIn(first)).toEqual([]);
        if (retry === 'stop') {
          expect(first.status).toBe(alone.status);
          expect(simulator.requests('secondary')).toHaveLength(0);
        } else {
          expect(first.status).toBe(200);
          expect(saidIn(first)).toContain('Hello from secondary');
          expect(endedWell(first, way)).toBe(true);
          expect(simulator.requests('secondary')).toHaveLength(1);
        }
        simulator.behave('primary', {});
        expect({
          model: await inRotation(gateway, way),
          otherModel: await inRotation(gateway, way, 'another-model'),
        }).toEqual({ model: penalty === 'none', otherModel: penalty !== 'endpoint' });
      });

      test(`${way}: with nothing else the client gets ${alone.status}, in its dialect, and no word that is not its business`, async () => {
        await using simulator = await startSimulator();
        await using gateway = await startGateway(
          pair({ primary: simulator.baseUrl('primary'), secondary: null, protocol: protocolOf(way) }),
        );
        simulator.behave('primary', answer);
        const got = await ask(gateway, way);
        expect(got.status).toBe(alone.status);
        expect(got.headers.get('content-type')).toBe('application/json');
        expect(got.headers.get('x-should-retry')).toBe('false');
        expect(leaksIn(got)).toEqual([]);
        const error = errorIn(got);
        expect(error.message).not.toBe('');
        if (protocolOf(way) === 'openai' && alone.code) expect(error.code).toBe(alone.code);
        if (protocolOf(way) === 'anthropic') expect(JSON.parse(got.text)).toMatchObject({ type: 'error' });
        if (alone.retryAfter) {
          const seconds = Number(got.headers.get('retry-after'));
          expect(seconds).toBeGreaterThanOrEqual(alone.retryAfter[0]);
          expect(seconds).toBeLessThanOrEqual(alone.retryAfter[1]);
        }
      });
    }
  });
}

for (const { code, name, answer, says, ways = WAYS } of VALID_ANSWERS) {
  for (const way of ways) {
    test(`${code} ${name}, ${way}: is a valid answer, passed on, and nobody is asked or blamed`, async () => {
      await using simulator = await startSimulator();
      await using gateway = await simulatedPair(simulator, way);
      simulator.behave('primary', answer);
      const got = await ask(gateway, way);
      expect(got.status).toBe(200);
      expect(`${got.text}\n${saidIn(got)}`).toMatch(says);
      expect(endedWell(got, way)).toBe(true);
      expect(got.headers.get('retry-after')).toBeNull();
      expect(simulator.requests('secondary')).toHaveLength(0);
      expect(await breakerOpen(gateway)).toBe(false);
      expect(await inRotation(gateway, way)).toBe(true);
    });
  }
}
