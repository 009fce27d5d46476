import type { Behaviour } from '@holdfast/simulator/behaviour';
import type { Simulator } from '@holdfast/simulator/simulator';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { expect } from '@jest/globals';
import type { TestGateway } from '../start-gateway.ts';
import { ask, endedWell, leaksIn, protocolOf, type ReadAnswer, saidIn, simulatedPair } from './pair.ts';

export const STREAMS = ['chat stream', 'completions stream', 'responses stream', 'messages stream'] as const;

/** An error event in the client's dialect and nothing that looks like an end. */
export function expectBrokenOff(answer: ReadAnswer, way: string, code = 'stream_interrupted'): void {
  expect(answer.status).toBe(200);
  expect(answer.broken).toBe(true);
  expect(answer.text).toMatch(/^(?:event: error\n)?data: \{.*"error".*\}$/m);
  if (protocolOf(way) === 'openai') expect(answer.text).toContain(`"code":"${code}"`);
  expect(answer.text).not.toMatch(/\[DONE\]|"finish_reason":"stop"|message_stop|response\.completed/);
  expect(leaksIn(answer)).toEqual([]);
}

export async function withPair(
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

export const expectFailedOver = (got: ReadAnswer, way: string, simulator: Simulator) => {
  expect(saidIn(got)).toContain('Hello from secondary');
  expect(got.text).not.toContain('primary');
  expect(endedWell(got, way)).toBe(true);
  expect(simulator.requests('primary')).toHaveLength(1);
  expect(simulator.requests('secondary')).toHaveLength(1);
};

export const chunk = (delta: object, more: object = {}) => ({
  id: 'c1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'gpt-4o',
  choices: [{ index: 0, delta, finish_reason: null, ...more }],
});
export const role = chunk({ role: 'assistant', content: '' });
export const word = (content: string) => chunk({ content });
export const stop = chunk({}, { finish_reason: 'stop' });
