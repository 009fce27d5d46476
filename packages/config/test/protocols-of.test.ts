import { expect, test } from '@jest/globals';
import { protocolsOf } from '../src/protocols-of.ts';
import { loadYaml } from './support/load-yaml.ts';

test('the protocols of a cluster are those of its endpoints, each once', () => {
  const { clusters } = loadYaml(`
clusters:
  plain: { endpoints: [{ name: a, base_url: "https://a" }, { name: b, base_url: "https://b" }] }
  mixed: { endpoints: [{ name: a, provider: anthropic }, { name: b, provider: openai }, { name: c, provider: groq }] }
routes: [{ model: "*", cluster: plain }]
`);
  expect(clusters.map(protocolsOf)).toEqual(['openai', 'anthropic, openai']);
});
