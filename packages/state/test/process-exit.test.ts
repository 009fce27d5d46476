import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describeWithServer } from '@holdfast/runtime/testing/needs-server';
import { expect, test } from '@jest/globals';
import { freePort, redisProgram, startRedis } from '../testing/redis-server.ts';

const script = `
  const { createRedisState } = await import(${JSON.stringify(new URL('../src/redis-state.ts', import.meta.url).href)});
  const state = createRedisState({ url: process.argv[1] });
  state.subscribe('news', () => {});
  const calls = Array.from({ length: 20 }, () => state.set('k', 'v', 1000));
  void state.get('nobody awaits this').catch(() => {});
  const outcomes = await Promise.allSettled(calls);
  await state.close();
  process.stdout.write(outcomes.every(({ status }) => status === 'fulfilled') ? 'served' : 'refused');
`;

/** Runs it and returns what it said; it has to end by itself, without an unhandled rejection. */
async function run(url: string): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  const [code] = await once(child, 'close');
  return { code: code as number | null, said };
}

describeWithServer(redisProgram, 'a process that closes its state ends by itself', () => {
  test('with a Redis that answers', async () => {
    await using server = await startRedis();
    expect(await run(server.url)).toEqual({ code: 0, said: 'served' });
  });

  test('with none there', async () => {
    expect(await run(`redis://127.0.0.1:${await freePort()}`)).toEqual({ code: 0, said: 'refused' });
  });

  test('with one that hangs', async () => {
    await using server = await startRedis();
    server.pause();
    expect(await run(server.url)).toEqual({ code: 0, said: 'refused' });
  });
});
