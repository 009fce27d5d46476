import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeWithServer } from '@holdfast/runtime/testing/needs-server';
import {
  availabilityKey,
  breakerChannel,
  failureQueueKey,
  leaseKey,
  limitKey,
  throttleKey,
  tokenReportsKey,
} from '@holdfast/state/keys';
import { openState } from '@holdfast/state/open-state';
import { redisProgram, startRedis } from '@holdfast/state/testing/redis-server';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { writeStackSecrets } from '../src/stack-secrets.ts';

const root = mkdtempSync(path.join(tmpdir(), 'holdfast-secrets-'));
afterAll(() => rmSync(root, { recursive: true }));
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(root, 'stack-'));
});
const read = (name: string) => readFileSync(path.join(directory, name), 'utf8');

describe("the stack's secrets", () => {
  test('are random, and the same again at the next start', () => {
    writeStackSecrets({ directory });
    const names = ['redis/password', 'postgres/password', 'grafana/admin-password', 'state/redis-url'];
    const first = names.map(read);
    expect(new Set(first).size).toBe(names.length);
    for (const text of first) expect(text).toMatch(/[0-9a-f]{64}/);
    writeStackSecrets({ directory });
    expect(names.map(read)).toEqual(first);
  });

  test('each reader finds the other side of its connection', () => {
    writeStackSecrets({ directory });
    expect(read('state/redis-url')).toBe(`redis://holdfast:${read('redis/password')}@redis:6379`);
    expect(read('database/database-url')).toBe(
      `postgres://holdfast:${read('postgres/password')}@postgres:5432/holdfast`,
    );
    expect(read('redis/users.acl')).not.toContain(read('redis/password'));
  });

  test('the operator may choose the password of Grafana', () => {
    writeStackSecrets({ directory });
    writeStackSecrets({ directory, grafanaPassword: 'chosen' });
    expect(read('grafana/admin-password')).toBe('chosen');
  });

  test('are files that servers of other users can read and nobody can write', () => {
    writeStackSecrets({ directory });
    expect(statSync(path.join(directory, 'redis/users.acl')).mode & 0o777).toBe(0o444);
  });
});

describeWithServer(redisProgram, 'a Redis with these users', () => {
  async function start() {
    writeStackSecrets({ directory });
    return startRedis({ args: ['--aclfile', path.join(directory, 'redis/users.acl')] });
  }
  const urlOf = (port: number) => `redis://holdfast:${read('redis/password')}@127.0.0.1:${port}`;

  test('lets the suite do everything it does', async () => {
    await using server = await start();
    const state = await openState(urlOf(server.port));
    const received = new Promise<string>((resolve) => {
      state.subscribe(breakerChannel, resolve);
    });
    await state.set(limitKey('x'), 'v', 1000);
    expect(await state.get(limitKey('x'))).toBe('v');
    await state.delete(limitKey('x'));
    await state.hashSet(availabilityKey, { a: '1' });
    expect(await state.hashGetAll(availabilityKey)).toEqual({ a: '1' });
    await state.hashDelete(availabilityKey, ['a']);
    expect(await state.raiseUntil(throttleKey('x'), Date.now() + 1000)).toBeGreaterThan(0);
    await state.sortedAdd(failureQueueKey, 'a', 1, { onlyNew: true });
    expect(await state.sortedRange(failureQueueKey, 2, 10)).toEqual([{ member: 'a', score: 1 }]);
    await state.sortedRemove(failureQueueKey, 'a');
    await state.streamAppend(tokenReportsKey, { token: 'a' }, 100);
    const entries = await state.streamRead(tokenReportsKey, 'group', 'me', { count: 10, reclaimAfterMs: 1 });
    expect(entries).toHaveLength(1);
    await state.streamAcknowledge(tokenReportsKey, 'group', [entries[0]!.id]);
    expect(await state.acquireLease(leaseKey('x'), 'me', 1000)).toEqual(expect.any(Number));
    await state.releaseLease(leaseKey('x'), 'me');
    expect(await state.reserveSlot(throttleKey('slot'), 10, 100)).toBe(0);
    expect(await state.count(limitKey('count'), 1, 1000)).toMatchObject({ count: 1 });
    await state.publish(breakerChannel, 'hello');
    expect(await received).toBe('hello');
    expect(state.up).toBe(true);
    await state.close();
  });

  test('tells strangers nothing, not even that it is there', async () => {
    await using server = await start();
    expect(await server.command('PING')).toMatch(/^-NOAUTH/);
    expect(await server.command('GET', limitKey('x'))).toMatch(/^-NOAUTH/);
    expect(await server.command('AUTH', 'holdfast', 'wrong')).toMatch(/^-WRONGPASS/);
  });

  test('keeps the suite off foreign keys and channels, and off the server itself', async () => {
    await using server = await start();
    const state = await openState(urlOf(server.port));
    await expect(state.get('another-application')).rejects.toThrow();
    await expect(state.publish('another-channel', 'x')).rejects.toThrow();
    await state.close();
    const login = ['AUTH', 'holdfast', read('redis/password')] as const;
    expect(await server.command(...login)).toBe('+OK');
  });
});
