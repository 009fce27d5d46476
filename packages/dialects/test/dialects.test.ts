import { expect, test } from '@jest/globals';
import { dialects } from '../src/dialects.ts';

test('every dialect is entered under its own name', () => {
  for (const [name, dialect] of Object.entries(dialects)) expect(dialect.name).toBe(name);
});

test('each is asked for upstream where its SDK would ask', () => {
  expect(Object.values(dialects).map(({ protocol, upstreamPath }) => `${protocol} ${upstreamPath}`)).toEqual([
    'openai /chat/completions',
    'openai /completions',
    'openai /responses',
    'openai /embeddings',
    'openai /images/generations',
    'openai /moderations',
    'anthropic /v1/messages',
    'anthropic /v1/messages/count_tokens',
  ]);
});
