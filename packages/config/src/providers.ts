import path from 'node:path';
import type { AuthHeader, DialectName, Protocol } from '@holdfast/core/protocol';
import type { ProbeKind } from './policies.ts';

/** What is known of a provider: the defaults of an endpoint that names it. docs/providers.md says where each comes from. */
export interface Provider {
  /** Null: every customer has another. */
  readonly baseUrl: string | null;
  /** Added to a `base_url` that is an origin alone. */
  readonly basePath: string;
  /** Null: the cluster's. */
  readonly protocol: Protocol | null;
  /** Null: the protocol's. */
  readonly authHeader: AuthHeader | null;
  /** What it serves of its protocol; null: all. */
  readonly dialects: readonly DialectName[] | null;
  readonly headers: Readonly<Record<string, string>>;
  /** Where its list of models is, relative to the base URL's last segment; null: where the protocol has it. */
  readonly modelsPath: string | null;
  /** Null: `health.probe`. */
  readonly probe: ProbeKind | null;
  /** It takes `stream_options.include_usage`; null: not known. */
  readonly streamUsage: boolean | null;
  /** Its published limits of models, for a configuration that names no `model_limits`. */
  readonly modelLimits: string | null;
  /** Recorded answers (e2e/payloads) that were checked to be understood; what is not among them was only read about. */
  readonly verified: readonly string[];
}

const openai: Provider = {
  baseUrl: 'https://api.openai.com/v1',
  basePath: '',
  protocol: 'openai',
  authHeader: null,
  dialects: null,
  headers: {},
  modelsPath: null,
  probe: null,
  streamUsage: true,
  modelLimits: null,
  verified: [
    'openai-400-parameter.http',
    'openai-401-deactivated.http',
    'openai-503-slow-down.http',
    'openai-stream-error-chunk-200.http',
  ],
};

export const PROVIDERS = {
  openai,
  anthropic: {
    ...openai,
    baseUrl: 'https://api.anthropic.com',
    protocol: 'anthropic',
    verified: [
      'anthropic-400-credit.http',
      'anthropic-400-roles.http',
      'anthropic-413.http',
      'anthropic-429-input.http',
      'anthropic-stream-200.http',
      'anthropic-stream-api-error-200.http',
      'anthropic-stream-error-first-200.http',
    ],
  },
  openrouter: {
    ...openai,
    baseUrl: 'https://openrouter.ai/api/v1',
    dialects: ['openai-chat', 'openai-completions', 'openai-responses', 'openai-embeddings'],
    headers: { 'X-Title': 'Holdfast' },
    verified: ['openrouter-502-in-200.http'],
  },
  'github-models': {
    ...openai,
    baseUrl: 'https://models.github.ai/inference',
    dialects: ['openai-chat', 'openai-embeddings'],
    modelsPath: 'catalog/models',
    // A chat would take from the quota of the day.
    probe: 'models',
    modelLimits: path.resolve(import.meta.dirname, '../../../config/model-limits.yaml'),
    verified: [],
  },
  huggingface: {
    ...openai,
    baseUrl: 'https://router.huggingface.co/v1',
    dialects: ['openai-chat'],
    verified: ['hf-503-loading.http'],
  },
  ollama: {
    ...openai,
    baseUrl: 'http://127.0.0.1:11434/v1',
    basePath: '/v1',
    dialects: ['openai-chat', 'openai-completions', 'openai-embeddings'],
    // A chat would load a model that nobody asked for.
    probe: 'models',
    verified: [],
  },
  'azure-openai': {
    ...openai,
    baseUrl: null,
    basePath: '/openai/v1',
    authHeader: 'api-key',
    verified: ['azure-404-deployment.http', 'azure-annotated-stream-200.http'],
  },
  groq: {
    ...openai,
    baseUrl: 'https://api.groq.com/openai/v1',
    dialects: ['openai-chat', 'openai-responses'],
    verified: ['groq-stream-200.http'],
  },
  mistral: {
    ...openai,
    baseUrl: 'https://api.mistral.ai/v1',
    dialects: ['openai-chat', 'openai-embeddings'],
    // Its streams end with usage unasked, and it refuses fields that it does not know.
    streamUsage: false,
    verified: ['mistral-401.http', 'mistral-tools-200.http'],
  },
  deepseek: {
    ...openai,
    baseUrl: 'https://api.deepseek.com',
    dialects: ['openai-chat'],
    verified: ['deepseek-200.http', 'deepseek-402.http'],
  },
  google: {
    ...openai,
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
    dialects: ['openai-chat', 'openai-embeddings', 'openai-images'],
    verified: ['gemini-503-overloaded.http', 'gemini-prohibited-200.http', 'google-400-key.http'],
  },
  // Who knows what it takes.
  generic: { ...openai, baseUrl: null, protocol: null, streamUsage: null, verified: [] },
} as const satisfies Record<string, Provider>;

export type ProviderName = keyof typeof PROVIDERS;

export const PROVIDER_NAMES = Object.keys(PROVIDERS) as ProviderName[];

/** The provider of that name; `generic` for any other, whose name is an error of its own. */
export const providerOf = (name: string | null | undefined): Provider =>
  name && Object.hasOwn(PROVIDERS, name) ? PROVIDERS[name as ProviderName] : PROVIDERS.generic;
