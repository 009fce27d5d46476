import type { Config } from '@holdfast/config/types';
import type { Simulator } from '@holdfast/simulator/simulator';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { afterEach, beforeEach } from '@jest/globals';
import { type RunningTagger, startTagger, until } from '../testing/start-tagger.ts';
import { type TestConfigOptions, testConfig } from '../testing/test-config.ts';

export const GATEWAY = 'gateway';

/** For each test an empty database and a simulator that plays the gateway, and what tests ask of a tagger between them. */
export function useTaggingRig(freshUrl: () => Promise<string>) {
  let simulator: Simulator;
  let databaseUrl: string;
  beforeEach(async () => {
    simulator = await startSimulator();
    databaseUrl = await freshUrl();
  });
  afterEach(async () => {
    await simulator.close();
  });

  const configOf = (more: Partial<TestConfigOptions> = {}): Config =>
    testConfig({ databaseUrl, gatewayUrl: `${simulator.url}/${GATEWAY}`, ...more });
  const show = async ({ api }: RunningTagger, id: string) => (await api('GET', `/posts/${id}`)).body;
  const calls = () => simulator.requests(GATEWAY);

  return {
    get simulator() {
      return simulator;
    },
    get databaseUrl() {
      return databaseUrl;
    },
    /** After it was closed, on the same port. */
    async restartSimulator() {
      simulator = await startSimulator({ port: simulator.port });
    },
    configOf,
    start: (more: Partial<TestConfigOptions> = {}) => startTagger(configOf(more)),
    /** Creates a post of user `u`; resolves with its id. */
    create: async ({ api }: RunningTagger, text = 'walking along the sea') =>
      (await api('POST', '/users/u/posts', { text })).body.id as string,
    show,
    /** Resolves with the post once it has the status. */
    becomes: (running: RunningTagger, id: string, status: string) =>
      until(async () => {
        const post = await show(running, id);
        return post.tagging_status === status && post;
      }),
    calls,
    modelsAsked: () => calls().map(({ model }) => model),
  };
}
