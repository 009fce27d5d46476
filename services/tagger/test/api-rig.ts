import { afterAll, beforeAll } from '@jest/globals';
import { type RunningTagger, startTagger } from '../testing/start-tagger.ts';
import { type TestConfigOptions, testConfig } from '../testing/test-config.ts';

/** One tagger for all tests of a suite, with no model configured, so that posts stay as they are made. */
export function useApi(freshUrl: () => Promise<string>) {
  let running: RunningTagger;
  let users = 0;
  const configOf = async (more: Partial<TestConfigOptions> = {}) =>
    testConfig({
      databaseUrl: await freshUrl(),
      gatewayUrl: 'http://127.0.0.1:9',
      tagging: { model: null },
      ...more,
    });
  const start = async (more: Partial<TestConfigOptions> = {}) => startTagger(await configOf(more));
  beforeAll(async () => {
    running = await start();
  });
  afterAll(async () => {
    await running[Symbol.asyncDispose]();
  });
  const call: RunningTagger['api'] = (...args) => running.api(...args);
  return { configOf, start, call, newUser: () => `user-${++users}` };
}

export const POSTS = '/users/u/posts';
