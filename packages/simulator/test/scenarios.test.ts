import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, jest, test } from '@jest/globals';
import { parseScenario } from '../src/parse.ts';
import { runSimulator } from '../src/run-simulator.ts';
import { createScenarioPlayer } from '../src/scenario-player.ts';
import { chat, openClient } from './support/requests.ts';

const DEMO = join(import.meta.dirname, '../../../config/scenarios/demo.yaml');

afterEach(() => void jest.useRealTimers());

function playing() {
  const shown: string[] = [];
  const player = createScenarioPlayer({
    start: (seed) => shown.push(`seed ${seed}`),
    show: ({ name }) => shown.push(name),
  });
  return { shown, player };
}

test('a scenario shows each step at its time and stays at the last', async () => {
  jest.useFakeTimers();
  const { shown, player } = playing();
  player.play(
    parseScenario('seed: 4\nsteps: [{ at: 2s, name: b }, { at: 0, name: a }, { at: 1m, name: c }]'),
  );
  expect(shown).toEqual(['seed 4', 'a']);
  await jest.advanceTimersByTimeAsync(1_999);
  expect(shown).toEqual(['seed 4', 'a']);
  await jest.advanceTimersByTimeAsync(1);
  expect(shown).toEqual(['seed 4', 'a', 'b']);
  expect(player.progress()).toMatchObject({
    step: 'b',
    stepIndex: 1,
    elapsedMs: 2_000,
    nextStepInMs: 58_000,
    round: 1,
  });
  await jest.advanceTimersByTimeAsync(600_000);
  expect(shown).toEqual(['seed 4', 'a', 'b', 'c']);
  expect(player.progress()?.nextStepInMs).toBeNull();
});

test('a looping scenario starts over after its length, without drift', async () => {
  jest.useFakeTimers();
  const { shown, player } = playing();
  player.play(parseScenario('loop: true\nlength: 10s\nsteps: [{ at: 0, name: a }, { at: 4s, name: b }]'));
  await jest.advanceTimersByTimeAsync(24_000);
  expect(shown).toEqual(['seed undefined', 'a', 'b', 'a', 'b', 'a', 'b']);
  expect(player.progress()).toMatchObject({ round: 3, elapsedMs: 4_000, nextStepInMs: 6_000 });
  player.stop();
  await jest.advanceTimersByTimeAsync(60_000);
  expect(shown).toHaveLength(7);
  expect(player.progress()).toBeNull();
});

test('a new scenario replaces the one that is playing', async () => {
  jest.useFakeTimers();
  const { shown, player } = playing();
  player.play(parseScenario('steps: [{ at: 0, name: old }, { at: 1s, name: older }]'));
  player.play(parseScenario('steps: [{ at: 0, name: new }]'));
  await jest.advanceTimersByTimeAsync(5_000);
  expect(shown).toEqual(['seed undefined', 'old', 'seed undefined', 'new']);
});

test('durations are written as people write them', () => {
  const { steps } = parseScenario(
    'steps: [{ at: 500ms, name: a }, { at: 1.5s, name: b }, { at: 2m, name: c }, { at: 1h, name: d }, { at: 3, name: e }]',
  );
  expect(steps.map(({ atMs }) => atMs)).toEqual([500, 1_500, 120_000, 3_600_000, 3_000]);
});

test('the demo tells its story: calm, the primary down, tokens spent, everything down, recovery, quiet', async () => {
  const { steps, loop, lengthMs = 0 } = parseScenario(await readFile(DEMO, 'utf8'));
  const scenes = steps.map(({ upstreams }) => JSON.stringify(upstreams));
  const broken = /"(fault|reset|status|close|stall)"/;
  expect(steps[0]?.atMs).toBe(0);
  expect(scenes[0]).not.toMatch(broken);
  expect(steps[1]?.upstreams.primary).toMatchObject([{ fault: 'nginx_502' }]);
  expect(steps.some(({ upstreams }) => broken.test(JSON.stringify(upstreams['*'] ?? {})))).toBe(true);
  expect(scenes.some((scene) => /quota|429/.test(scene))).toBe(true);
  expect(scenes.at(-1)).not.toMatch(broken);
  expect(loop).toBe(true);
  // The fallback ratio looks back five minutes: the quiet after the story is what lets its alerts resolve.
  expect(lengthMs - (steps.at(-1)?.atMs ?? 0)).toBeGreaterThanOrEqual(300_000);
});

test('the simulator as a process: plays the file it is given and says so', async () => {
  const lines: string[] = [];
  await using simulator = await runSimulator({ scenarioPath: DEMO, log: (line) => lines.push(line) });
  expect(lines).toEqual(['scenario: calm']);
  expect(simulator.progress()).toMatchObject({ name: 'demo', step: 'calm' });
  await using client = openClient();
  expect((await client.send(`${simulator.baseUrl('primary')}/chat/completions`, chat())).status).toBe(200);
  await expect(runSimulator({ scenarioPath: '/nowhere.yaml' })).rejects.toMatchObject({ code: 'ENOENT' });
});
