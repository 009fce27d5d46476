import { expect, test } from '@jest/globals';
import { credentialHeader, modelsPath, upstreamPath } from '../src/upstream-call.ts';

test.each([
  ['https://api.openai.com/v1', 'openai', '/chat/completions', '/v1/chat/completions'],
  ['https://relay.example.com/openai/v1/', 'openai', '/models', '/openai/v1/models'],
  ['https://models.example.com', 'openai', '/chat/completions', '/chat/completions'],
  ['https://api.anthropic.com', 'anthropic', '/v1/messages', '/v1/messages'],
  ['https://api.anthropic.com/v1', 'anthropic', '/v1/messages', '/v1/messages'],
  ['https://relay.example.com/claude/', 'anthropic', '/v1/models', '/claude/v1/models'],
] as const)('%s (%s) %s is %s', (baseUrl, protocol, path, expected) => {
  expect(upstreamPath(baseUrl, protocol, path)).toBe(expected);
});

test('each protocol has its own credential header and model list', () => {
  expect(credentialHeader('openai', 'k')).toEqual(['authorization', 'Bearer k']);
  expect(credentialHeader('anthropic', 'k')).toEqual(['x-api-key', 'k']);
  expect([modelsPath('openai'), modelsPath('anthropic')]).toEqual(['/models', '/v1/models']);
});
