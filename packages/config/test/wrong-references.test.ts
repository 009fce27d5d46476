// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are what is tested
import { describe } from '@jest/globals';
import { endpointWith, testRefusals } from './support/wrong-config.ts';

describe('a reference that leads nowhere is refused', () => {
  testRefusals([
    [
      'a variable that is not set',
      `state:
  redis_url: ▸redis://\${REDIS_HOST}:6379`,
      'state.redis_url',
      'environment variable REDIS_HOST is not set',
    ],
    [
      'the other spelling of one',
      endpointWith('api_key: ▸os.environ/A_KEY'),
      'clusters.main.endpoints[0].api_key',
      'environment variable A_KEY is not set',
    ],
    [
      'an unclosed reference',
      `state: { redis_url: ▸"\${REDIS_URL" }`,
      'state.redis_url',
      `has a malformed reference: \${ needs a variable name and a closing brace; a literal one is written $\${`,
    ],
    [
      'a secret file that is not there',
      endpointWith('api_key: ▸"file:/nowhere/key"'),
      'clusters.main.endpoints[0].api_key',
      'cannot read /nowhere/key (ENOENT)',
    ],
    [
      'a token of an unset variable, beside from_env',
      `token_pools:
  github:
    tokens:
      - { name: GITHUB_TOKEN, value: ▸"\${GITHUB_TOKEN}" }
    from_env: "GITHUB_TOKEN*"`,
      'token_pools.github.tokens[0].value',
      'environment variable GITHUB_TOKEN is not set',
    ],
  ]);
});

describe('a name of something that is not there, or cannot do what is asked, is refused', () => {
  testRefusals([
    [
      'a route to no cluster',
      'routes: [{ model: "*", cluster: ▸mian }]',
      'routes[0].cluster',
      'is not the name of a cluster',
      'main',
    ],
    [
      'a pool that is not there',
      `token_pools: { github: { tokens: [{ name: A, value: v }] } }
clusters: { main: { endpoints: [{ name: a, base_url: "https://a", token_pool: ▸gihub }] } }`,
      'clusters.main.endpoints[0].token_pool',
      'is not the name of a token pool',
      'github',
    ],
    [
      'a pool beside a key',
      `token_pools: { github: { tokens: [{ name: A, value: v }] } }
clusters: { main: { endpoints: [{ name: a, base_url: "https://a", api_key: k, token_pool: ▸github }] } }`,
      'clusters.main.endpoints[0].token_pool',
      'stands beside api_key: an endpoint has one or the other',
    ],
    [
      'a fallback model without a route',
      'routes: [{ model: gpt-4o, cluster: main, fallback_models: [▸gpt-4] }]',
      'routes[0].fallback_models[0]',
      'is a model that no route leads to',
      'gpt-4o',
    ],
    [
      'a fallback to itself',
      'routes: [{ model: m, cluster: main, fallback_models: [▸m] }]',
      'routes[0].fallback_models[0]',
      'is the same model again: a fallback has to lead elsewhere',
    ],
    [
      'a fallback to a pattern',
      'routes: [{ model: "*", cluster: main, fallback_models: [▸"gpt-*"] }]',
      'routes[0].fallback_models[0]',
      'must be the exact name of a model, without * or ?',
    ],
    [
      'a dialect of another protocol',
      endpointWith('protocol: anthropic, dialects: [anthropic-messages, ▸openai-chat]'),
      'clusters.main.endpoints[0].dialects[1]',
      'is no dialect of its protocol, which is anthropic',
    ],
    [
      "a dialect that the provider's protocol has not",
      'clusters: { main: { protocol: anthropic, endpoints: [{ name: a, provider: groq, dialects: [▸anthropic-messages] }] } }',
      'clusters.main.endpoints[0].dialects[0]',
      'is no dialect of its protocol, which is openai',
    ],
    [
      'an endpoint whose provider does not say where it is',
      'clusters: { main: { endpoints: [▸{ name: a, provider: azure-openai }] } }',
      'clusters.main.endpoints[0].base_url',
      'is required',
    ],
    [
      'two endpoints of one name',
      'clusters: { main: { endpoints: [{ name: a, base_url: "https://a" }, { name: ▸a, base_url: "https://b" }] } }',
      'clusters.main.endpoints[1].name',
      'is the name of an endpoint above; names are unique within a cluster',
    ],
    [
      'a reserved endpoint name',
      'clusters: { main: { endpoints: [{ name: ▸none, base_url: "https://a" }] } }',
      'clusters.main.endpoints[0].name',
      'is a reserved name',
    ],
    [
      'a reserved cluster name',
      'clusters: { ▸none: { endpoints: [{ name: a, base_url: "https://a" }] } }',
      'clusters.none',
      'is a reserved name',
    ],
    [
      'a persona with a model nobody serves',
      `routes: [{ model: gpt-4o, cluster: main }]
personas: { miku: { model: ▸gpt-4 } }`,
      'personas.miku.model',
      'is a model that no route leads to',
      'gpt-4o',
    ],
    [
      'a personality that is not there',
      'personas: { miku: { default_personality: ▸tsunder } }',
      'personas.miku.default_personality',
      'is not one of the personalities',
      'tsundere',
    ],
    [
      'a text for a personality that is not there',
      'personas: { miku: { texts: { ▸en.tsunder: ["Hmph."] } } }',
      'personas.miku.texts["en.tsunder"]',
      'is for a personality that is not there',
      'tsundere',
    ],
    [
      'two personas on one path',
      `personas:
  rin:
    path: ▸/api/miku/chat`,
      'personas.rin.path',
      'is the path of something else already',
    ],
    [
      'a tagging model nobody serves',
      `routes: [{ model: gpt-4o, cluster: main }]
tagging: { fallback_models: [▸llama] }`,
      'tagging.fallback_models[0]',
      'is a model that no route leads to',
      'gpt-4o',
    ],
    [
      'a warning above critical',
      'alerts: { fallback_ratio: { warning: ▸0.9 } }',
      'alerts.fallback_ratio.warning',
      'must not be above critical',
    ],
    [
      'a limits file that is not there',
      'model_limits: ▸./none.yaml',
      'model_limits',
      'the file cannot be read (ENOENT)',
    ],
  ]);
});
