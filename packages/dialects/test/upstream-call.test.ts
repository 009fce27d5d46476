import type { Protocol } from '@holdfast/core/protocol';
import { expect, test } from '@jest/globals';
import { type CallTarget, credentialHeader, modelsPath, upstreamPath } from '../src/upstream-call.ts';

const target = (baseUrl: string, protocol: Protocol, more: Partial<CallTarget> = {}): CallTarget => ({
  baseUrl,
  protocol,
  authHeader: protocol === 'anthropic' ? 'x-api-key' : 'authorization',
  query: {},
  modelsPath: null,
  ...more,
});

test.each([
  ['https://api.openai.com/v1', 'openai', '/chat/completions', '/v1/chat/completions'],
  ['https://relay.example.com/openai/v1/', 'openai', '/models', '/openai/v1/models'],
  ['https://models.example.com', 'openai', '/chat/completions', '/chat/completions'],
  ['https://api.anthropic.com', 'anthropic', '/v1/messages', '/v1/messages'],
  ['https://api.anthropic.com/v1', 'anthropic', '/v1/messages', '/v1/messages'],
  ['https://relay.example.com/claude/', 'anthropic', '/v1/models', '/claude/v1/models'],
] as const)('%s (%s) %s is %s', (baseUrl, protocol, path, expected) => {
  expect(upstreamPath(target(baseUrl, protocol), path)).toBe(expected);
});

test('an endpoint may want parameters with every call', () => {
  const azure = target('https://r.openai.azure.com/openai/deployments/d', 'openai', {
    query: { 'api-version': '2024-10-21' },
  });
  expect(upstreamPath(azure, '/chat/completions')).toBe(
    '/openai/deployments/d/chat/completions?api-version=2024-10-21',
  );
  expect(modelsPath(azure)).toBe('/openai/deployments/d/models?api-version=2024-10-21');
});

test('the list of models is where the protocol has it, or where the endpoint says', () => {
  expect(modelsPath(target('https://a.example.com/v1', 'openai'))).toBe('/v1/models');
  expect(modelsPath(target('https://a.example.com', 'anthropic'))).toBe('/v1/models');
  const github = { modelsPath: 'catalog/models' };
  expect(modelsPath(target('https://models.github.ai/inference', 'openai', github))).toBe('/catalog/models');
  expect(modelsPath(target('http://127.0.0.1/github/inference', 'openai', github))).toBe(
    '/github/catalog/models',
  );
});

test('a credential is a bearer, or stands alone in a header of its own', () => {
  expect(credentialHeader({ authHeader: 'authorization' }, 'k')).toEqual(['authorization', 'Bearer k']);
  expect(credentialHeader({ authHeader: 'x-api-key' }, 'k')).toEqual(['x-api-key', 'k']);
  expect(credentialHeader({ authHeader: 'api-key' }, 'k')).toEqual(['api-key', 'k']);
});
