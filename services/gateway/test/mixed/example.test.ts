import path from 'node:path';
import { loadConfig } from '@holdfast/config/load-config';
import { createLogger } from '@holdfast/runtime/logger';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { createInProcessState } from '@holdfast/state/in-process-state';
import { expect, test } from '@jest/globals';
import { composeGateway } from '../../src/compose.ts';
import { read, saidIn } from '../faults/pair.ts';
import { PATHS } from './vendors.ts';

test('config/examples/mixed-vendors.yaml serves both protocols from each of its tiers in turn', async () => {
  await using simulator = await startSimulator();
  const example = loadConfig({
    path: path.resolve(import.meta.dirname, '../../../../config/examples/mixed-vendors.yaml'),
    env: {
      OPENAI_API_KEY: 'sk-openai',
      OPENAI_BASE_URL: simulator.baseUrl('openai'),
      ANTHROPIC_API_KEY: 'sk-ant',
      ANTHROPIC_UPSTREAM_URL: simulator.baseUrl('anthropic'),
      OLLAMA_URL: simulator.baseUrl('ollama'),
    },
  });
  const config = { ...example, server: { ...example.server, port: 0, adminPort: 0 } };
  const logger = createLogger({ service: 'gateway', level: 'silent' });
  const gateway = await composeGateway({ config, state: createInProcessState(), logger });
  try {
    const messages = [{ role: 'user', content: 'Hi' }];
    const ask = async (target: string, more: object = {}) =>
      read(
        await fetch(gateway.url + target, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ model: 'assistant', messages, ...more }),
        }),
      );
    const embedded = await ask('/v1/embeddings', { model: 'text-embedding-3-small', input: 'Hi' });
    expect([embedded.status, embedded.headers.get('x-holdfast-endpoint')]).toEqual([200, 'openai']);
    simulator.forget();
    const tiers = [
      ['openai', 'gpt-4o'],
      ['anthropic', 'claude-sonnet-4-5'],
      ['ollama', 'llama3.3'],
    ] as const;
    for (const [tier, model] of tiers) {
      for (const stream of [false, true]) {
        expect(saidIn(await ask(PATHS.chat, { stream }))).toBe(`Hello from ${tier}, you said: Hi`);
        expect(saidIn(await ask(PATHS.messages, { stream, max_tokens: 9 }))).toBe(
          `Hello from ${tier}, you said: Hi`,
        );
      }
      expect(simulator.requests(tier).map((request) => request.model)).toEqual(Array(4).fill(model));
      simulator.behave(tier, { fault: 'nginx_502' });
    }
  } finally {
    await gateway.close();
  }
});
