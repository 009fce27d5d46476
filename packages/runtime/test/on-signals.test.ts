import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';

/** Starts the fixture and waits until it is ready. */
async function start(behaviour: string) {
  const child = spawn(process.execPath, [`${import.meta.dirname}/fixtures/signalled.ts`, behaviour], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  const seen = (pattern: RegExp) =>
    new Promise<void>((resolve) => {
      const check = () => {
        if (!pattern.test(output)) return;
        child.stdout.off('data', check);
        resolve();
      };
      child.stdout.on('data', check);
      check();
    });
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  await seen(/ready/);
  return { child, seen, exited, output: () => output };
}

test.each(['SIGTERM', 'SIGINT'] as const)('%s closes once and exits 0', async (signal) => {
  const { child, exited, output } = await start('normal');
  child.kill(signal);
  expect(await exited).toBe(0);
  expect(output().match(/close called/g)).toHaveLength(1);
});

test('a second signal does not wait for the closing', async () => {
  const { child, seen, exited, output } = await start('hangs');
  child.kill('SIGTERM');
  await seen(/close called/);
  child.kill('SIGTERM');
  expect(await exited).toBe(1);
  expect(output().match(/close called/g)).toHaveLength(1);
});

test('closing that fails exits 1 and says why', async () => {
  const { child, exited, output } = await start('fails');
  child.kill('SIGTERM');
  expect(await exited).toBe(1);
  expect(output()).toContain('cannot close');
});

test('late socket errors are counted and go on', async () => {
  const { exited, output } = await start('late-socket-error');
  expect(await exited).toBe(0);
  expect(output()).toContain('close called, late 2');
});

test.each([
  ['bug', 'a real bug'],
  ['rejected', 'a forgotten promise'],
])('%s: logged, closed, exit 1', async (behaviour, message) => {
  const { exited, output } = await start(behaviour);
  expect(await exited).toBe(1);
  expect(output()).toContain(message);
  expect(output()).toContain('close called');
});
