import { describeWithServer } from '@holdfast/runtime/testing/needs-server';
import { afterAll, expect, test } from '@jest/globals';
import { openState } from '../src/open-state.ts';
import { type RedisServer, redisProgram, startRedis } from '../testing/redis-server.ts';
import { describeSharedState, eventually } from './conformance.ts';

/** As docs/decisions/shared-state.md tells operators. */
const NEEDED_RIGHTS = [
  '-@all',
  '+@read',
  '+@write',
  '+@pubsub',
  '+@connection',
  '+eval',
  '+evalsha',
  '+time',
  '-@dangerous',
];

describeWithServer(redisProgram, 'other forms of Redis', () => {
  const started: RedisServer[] = [];
  const keep = (server: RedisServer) => {
    started.push(server);
    return server;
  };
  afterAll(async () => {
    for (const server of started) await server[Symbol.asyncDispose]();
  });

  let cluster: Promise<RedisServer> | undefined;
  describeSharedState('a Redis cluster', async () => {
    cluster ??= startCluster().then(keep);
    const server = await cluster;
    await server.flushAll();
    return openState(`redis+cluster://127.0.0.1:${server.port}`);
  });

  let sentinel: Promise<{ master: RedisServer; watcher: RedisServer }> | undefined;
  const startSentinel = async () => {
    const master = keep(await startRedis());
    const watcher = keep(await startRedis({ sentinelFor: { name: 'mymaster', port: master.port } }));
    return { master, watcher };
  };
  describeSharedState('a master found through a sentinel', async () => {
    sentinel ??= startSentinel();
    const { master, watcher } = await sentinel;
    await master.flushAll();
    return openState(`redis+sentinel://127.0.0.1:${watcher.port}/mymaster`);
  });

  let guarded: Promise<RedisServer> | undefined;
  const startGuarded = async () => {
    const server = keep(await startRedis());
    await server.command(
      'ACL',
      'SETUSER',
      'holdfast',
      'on',
      '>guarded-password',
      '~*',
      '&*',
      ...NEEDED_RIGHTS,
    );
    return server;
  };
  describeSharedState('an account with the documented rights and no other', async () => {
    guarded ??= startGuarded();
    const server = await guarded;
    await server.flushAll();
    return openState(server.url.replace('://', '://holdfast:guarded-password@'));
  });

  test('a cluster that was away is taken up again', async () => {
    await using server = await startCluster();
    const state = await openState(`redis+cluster://127.0.0.1:${server.port}`);
    expect(state.up).toBe(true);
    await server.kill();
    await eventually(async () => !state.up);
    await server.restart();
    await assignSlots(server);
    await eventually(async () => state.up, 10_000);
    await state.close();
  }, 20_000);
});

/** A cluster of one node that owns every slot. */
async function startCluster(): Promise<RedisServer> {
  const server = await startRedis({
    args: ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'],
  });
  await assignSlots(server);
  return server;
}

async function assignSlots(server: RedisServer): Promise<void> {
  await server.command('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  await eventually(async () => (await server.command('SET', 'probe', '1')) === '+OK');
}
