import { expect, test } from '@jest/globals';
import { clientSetups, curlCommand } from '../src/admin/client-setup.ts';
import { readConfig } from './start-gateway.ts';

const URL = 'http://127.0.0.1:4000';
const cluster = (protocol: 'openai' | 'anthropic', more: object = {}) => ({
  protocol,
  endpoints: [{ name: 'only', base_url: 'https://provider.example/v1', api_key: 'sk-test-1', ...more }],
});
const bodyOf = (curl: string) => JSON.parse(/-d '(.*)'$/.exec(curl)![1]!.replaceAll("'\\''", "'"));

test('every kind of client is shown, whatever the endpoints speak', () => {
  const config = readConfig({
    clusters: { a: cluster('openai') },
    routes: [{ model: '*', cluster: 'a' }],
  });
  expect(clientSetups(config, URL).map(({ title }) => title)).toEqual([
    'curl',
    'OpenAI SDK',
    'Anthropic SDK',
    'Claude Code',
  ]);
});

test.each([
  [
    'an exact name',
    [
      { model: 'gpt-*', cluster: 'a' },
      { model: 'my-model', cluster: 'a' },
    ],
    {},
    'my-model',
  ],
  ['a name that an endpoint maps', [{ model: '*', cluster: 'a' }], { models: { mapped: 'x/y' } }, 'mapped'],
  ['a usual name that a glob takes', [{ model: 'gpt-4o-*', cluster: 'a' }], {}, 'gpt-4o-mini'],
  ['what a glob comes to', [{ model: 'own-?*', cluster: 'a' }], {}, 'own-'],
  ['a usual name where all are taken', [{ model: '*', cluster: 'a' }], {}, 'gpt-4o-mini'],
  ['a name with a quote', [{ model: "it's", cluster: 'a' }], {}, "it's"],
])('the curl asks for %s', (_what, routes, more, model) => {
  const curl = curlCommand(readConfig({ clusters: { a: cluster('openai', more) }, routes }), URL);
  expect(curl).toMatch(/^curl -i http:\/\/127\.0\.0\.1:4000\/v1\/chat\/completions /);
  expect(bodyOf(curl).model).toBe(model);
});

test("where only Anthropic's protocol is spoken, so does the curl; a client key is asked for, never shown", () => {
  const config = readConfig({
    server: { client_keys: ['canary-client-key'] },
    clusters: { b: cluster('anthropic') },
    routes: [{ model: 'claude-*', cluster: 'b' }],
  });
  const curl = curlCommand(config, URL);
  expect(curl).toContain(`${URL}/v1/messages`);
  expect(curl).toContain('Bearer YOUR_CLIENT_KEY');
  expect(bodyOf(curl)).toMatchObject({ model: 'claude-sonnet-5', max_tokens: 100 });
  const shown = JSON.stringify(clientSetups(config, URL));
  expect(shown).toContain('YOUR_CLIENT_KEY');
  expect(shown).not.toContain('canary');
});

test('the curl asks for a model that is served, also where endpoints speak another protocol than their cluster', () => {
  const config = readConfig({
    clusters: { a: { endpoints: [{ name: 'claude', provider: 'anthropic', api_key: 'sk-test-1' }] } },
    routes: [{ model: 'house-model', cluster: 'a' }],
  });
  const curl = curlCommand(config, URL);
  expect(curl).toContain(`${URL}/v1/messages`);
  expect(bodyOf(curl).model).toBe('house-model');
});
