import { describeWithServer } from '@holdfast/runtime/testing/needs-server';
import { afterAll, beforeAll } from '@jest/globals';
import { openState } from '../src/open-state.ts';
import { type RedisServer, redisProgram, startRedis } from '../testing/redis-server.ts';
import { describeSharedState } from './conformance.ts';

describeWithServer(redisProgram, 'against a real Redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  describeSharedState('the Redis state', async () => {
    await server.flushAll();
    return openState(server.url);
  });
});
