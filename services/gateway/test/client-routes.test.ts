import { expect, test } from '@jest/globals';
import { dialectAt } from '../src/ingress/client-routes.ts';

test.each([
  ['/v1/chat/completions', 'openai-chat'],
  ['/v1/completions', 'openai-completions'],
  ['/v1/responses', 'openai-responses'],
  ['/v1/embeddings', 'openai-embeddings'],
  ['/v1/images/generations', 'openai-images'],
  ['/v1/moderations', 'openai-moderations'],
  ['/v1/messages', 'anthropic-messages'],
  ['/v1/messages/count_tokens', 'anthropic-count-tokens'],
])('%s is %s, also with a missing or doubled /v1', (path, name) => {
  for (const spelled of [path, path.slice(3), `/v1${path}`]) {
    expect(dialectAt(spelled)).toBe(name);
    expect(dialectAt(`${spelled}?beta=true`)).toBe(name);
  }
});

test.each([
  '/',
  '/v1',
  '/v1/',
  '/v1/models',
  '/v1/v1/v1/messages',
  '/v1/chat/completions/',
  '/v1/chat/../chat/completions',
  '/v1//chat/completions',
  '/v1/CHAT/completions',
  '/v2/messages',
  '/v1messages',
  '/v1/images/edits',
  '/v1/__proto__',
])('%s is none', (path) => {
  expect(dialectAt(path)).toBeUndefined();
});
