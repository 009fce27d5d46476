import { DIALECTS } from '@holdfast/core/protocol';
import { z } from 'zod';
import {
  baseUrl,
  databaseUrl,
  decimal,
  duration,
  flag,
  headerText,
  integer,
  name,
  nonEmptyText,
  port,
  ratio,
  redisUrl,
  schedule,
  secret,
  size,
  text,
} from './fields.ts';
import { policySections, routePolicies } from './policy-schema.ts';
import { PROVIDER_NAMES } from './providers.ts';
import { defaultedSection, optionalList, optionalSection } from './schema-sections.ts';

/** `holdfast.yaml` (docs/configuration.md). Unknown keys are errors; what refers to other keys is checked in cross-references.ts. */

const keyEntry = z.union([secret, z.strictObject({ name, key: secret })], {
  error: 'must be a key, or { name, key }',
});

const server = defaultedSection(
  {
    host: nonEmptyText.describe('Address to listen on'),
    port: port.describe('0 picks a free one'),
    admin_port: port,
    client_keys: optionalList(keyEntry).describe(
      'Empty: open, and then only on loopback unless allow_open is true',
    ),
    admin_keys: optionalList(keyEntry).describe('For the mutating operations routes'),
    allow_open: flag.describe('Serve without client keys on an address other machines can reach'),
    max_body: size,
    drain_timeout: duration().describe('How long running requests may go on after SIGTERM'),
  },
  {
    host: '127.0.0.1',
    port: 4000,
    admin_port: 4001,
    client_keys: [],
    admin_keys: [],
    allow_open: false,
    max_body: '20mb',
    drain_timeout: '30s',
  },
);

const serviceOn = (defaultPort: number) =>
  optionalSection(
    z.strictObject({
      port: port.prefault(defaultPort),
      url: baseUrl.optional().describe('Where the others find it; default: the port on loopback'),
    }),
  );

const services = optionalSection(
  z.strictObject({
    gateway: optionalSection(z.strictObject({ url: baseUrl.optional(), admin_url: baseUrl.optional() })),
    health_checker: serviceOn(4002),
    token_rotator: serviceOn(4003),
    tagger: serviceOn(4004),
    simulator: optionalSection(
      z.strictObject({
        port: port.prefault(4010),
        url: baseUrl.optional(),
        enabled: flag.prefault(false),
      }),
    ),
  }),
);

const tokenPool = z.strictObject({
  tokens: optionalList(
    z.strictObject({
      name,
      value: secret,
      account: nonEmptyText.optional().describe('Who owns it; default: its name'),
    }),
  ),
  from_env: nonEmptyText
    .optional()
    .describe('Glob on names of environment variables; each is a token and an account of its own'),
  strategy: z.enum(['sticky', 'round_robin', 'least_used']).prefault('sticky'),
  max_failures: integer(1, 1000)
    .prefault(3)
    .describe('429s in a row before the pool moves to the next token'),
  block_for: duration(1).prefault('60s').describe('When the provider names no delay'),
});

const protocol = z.enum(['openai', 'anthropic']);

const endpoint = z.strictObject({
  name,
  provider: z
    .enum(PROVIDER_NAMES)
    .optional()
    .describe('Fills base_url, protocol, auth_header, dialects, probe, headers (docs/providers.md)'),
  base_url: baseUrl
    .optional()
    .describe("As that protocol's SDK takes it; required where the provider does not say it"),
  api_key: secret.optional(),
  token_pool: name.optional(),
  protocol: protocol.optional().describe("Default: the provider's, else the cluster's"),
  auth_header: z
    .enum(['authorization', 'x-api-key', 'api-key'])
    .optional()
    .describe("Which header carries the credential; default: the provider's, else the protocol's"),
  query: optionalSection(z.record(nonEmptyText, text)).describe('Parameters of every call'),
  dialects: z
    .array(z.enum([...DIALECTS.openai, ...DIALECTS.anthropic]), { error: 'must be a list of dialects' })
    .min(1, 'needs at least one dialect')
    .optional()
    .describe("What it serves; default: the provider's, else all of its protocol"),
  stream_usage: flag
    .optional()
    .describe('It takes stream_options.include_usage: its streams are asked for usage on our own account'),
  priority: integer(1, 1000).prefault(1).describe('1 is tried first'),
  weight: decimal(0, 1_000_000).prefault(100),
  timeout: duration(1).optional().describe('Overrides timeouts.first_content'),
  max_failures: integer(1, 1000).optional().describe('Overrides breaker.max_failures'),
  max_concurrency: integer(0).prefault(0).describe('0: no cap'),
  models: optionalSection(z.record(z.string(), nonEmptyText)).describe(
    "Client's model name -> this endpoint's name for it",
  ),
  headers: optionalSection(
    z.record(z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, 'is no HTTP header name'), headerText),
  ).describe('Extra request headers'),
  probe: z.enum(['auto', 'models', 'chat', 'none']).optional().describe('Overrides health.probe'),
  continuation: z
    .enum(['auto', 'prefill', 'prefix', 'partial', 'continue_final_message', 'instruction'])
    .prefault('auto')
    .describe('How its models are made to go on with the answer of another (routes with resume)'),
});

const cluster = z.strictObject({
  protocol: protocol.prefault('openai'),
  strategy: z.enum(['priority', 'weighted', 'least_latency']).prefault('priority'),
  endpoints: z
    .array(endpoint, { error: 'must be a list of endpoints' })
    .min(1, 'needs at least one endpoint'),
});

const route = z.strictObject({
  model: nonEmptyText.describe('Glob on the model the client asked for'),
  cluster: name,
  fallback_models: optionalList(nonEmptyText),
  ...routePolicies,
  resume: flag.prefault(false).describe('Continue a stream that died after content with the next candidate'),
  hedge: flag.prefault(false).describe('Start a second candidate when the first content is late'),
});

const textsKey = z
  .string()
  .regex(
    /^[A-Za-z]{2,3}(-[A-Za-z0-9]+)*(\..+)?$/,
    'must be a language such as en, or a language and a personality such as en.tsundere',
  );

const persona = z.strictObject({
  path: z
    .string()
    .regex(/^\/api\/[\w./-]+$/, 'must be a path under /api/')
    .optional(),
  model: nonEmptyText.optional(),
  system: nonEmptyText.optional(),
  personalities: z.record(nonEmptyText, nonEmptyText).optional(),
  default_personality: nonEmptyText.optional(),
  history: integer(0, 1000).optional().describe('Messages kept of the conversation'),
  texts: z
    .record(textsKey, z.array(nonEmptyText).min(1, 'needs at least one text'))
    .optional()
    .describe('Canned answers per language (`en`), or per language and personality (`en.tsundere`)'),
});

const alerts = optionalSection(
  z.strictObject({
    fallback_ratio: defaultedSection(
      { warning: ratio, critical: ratio, min_requests: integer(0) },
      { warning: 0.5, critical: 0.8, min_requests: 10 },
    ),
    response_time: duration(1).prefault('30s'),
    availability_objective: decimal(0.95, 0.9999)
      .optional()
      .describe('Adds alerts on how fast the error budget of this share of requests burns'),
  }),
);

export const configSchema = z.strictObject({
  version: z.literal(1, 'must be 1, the only version there is').prefault(1),
  server,
  services,
  state: defaultedSection({ redis_url: redisUrl }, { redis_url: '' }),
  database: defaultedSection({ url: databaseUrl }, { url: 'sqlite:./data/holdfast.db' }),
  ...policySections,
  token_pools: optionalSection(z.record(name, tokenPool)),
  clusters: z.record(name, cluster, { error: 'must be a mapping of cluster names to clusters' }),
  routes: optionalList(route).describe(
    'The first match wins; default with a single cluster: every model goes there',
  ),
  model_limits: nonEmptyText
    .optional()
    .describe('File with the published limits of models, relative to this one'),
  personas: optionalSection(z.record(name, optionalSection(persona))),
  tagging: defaultedSection(
    {
      max_retries: integer(0, 100),
      retry_delay: duration(),
      max_attempts: integer(1, 1000),
      model: nonEmptyText.optional(),
      fallback_models: optionalList(nonEmptyText),
      concurrency: integer(1, 1000),
      schedule,
    },
    {
      max_retries: 3,
      retry_delay: '2s',
      max_attempts: 5,
      fallback_models: [],
      concurrency: 4,
      schedule: '0 4 * * *',
    },
  ),
  alerts,
});

/** The configuration as YAML words it, with defaults filled in and values converted (durations in ms, sizes in bytes). */
export type ParsedConfig = z.infer<typeof configSchema>;
