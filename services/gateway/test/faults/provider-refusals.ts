import { failed, json, type ProviderDemand } from './provider-demand.ts';

const HOUR_S = 3600;

/** P01 to P11: the request, the model, the credential. */
export const REFUSALS: readonly ProviderDemand[] = [
  {
    code: 'P01',
    name: 'a parameter the provider refuses',
    answer: { fault: 'bad_request' },
    retry: 'stop',
    penalty: 'none',
    alone: { status: 400, code: 'unsupported_parameter' },
  },
  {
    code: 'P02',
    name: 'a prompt that does not fit the window',
    answer: { fault: 'context_length' },
    retry: 'stop',
    penalty: 'none',
    alone: { status: 400, code: 'context_length_exceeded' },
  },
  ...(['tool_use_failed', 'degraded_function', 'model_not_found_400'] as const).map(
    (fault): ProviderDemand => ({
      code: 'P03',
      name: `a 400 that is the model's (${fault})`,
      answer: { fault },
      retry: 'next',
      penalty: 'model',
      alone: failed,
    }),
  ),
  {
    code: 'P04',
    name: 'a 400 that is a dead key',
    answer: { fault: 'google_invalid_key' },
    retry: 'next',
    penalty: 'endpoint',
    alone: failed,
  },
  {
    code: 'P05',
    name: 'a refused key',
    answer: { fault: 'invalid_key' },
    retry: 'next',
    penalty: 'endpoint',
    alone: failed,
  },
  {
    code: 'P05',
    name: 'a bare 401, an entitlement wall',
    answer: { fault: 'bare_401' },
    retry: 'next',
    penalty: 'model',
    alone: failed,
  },
  {
    code: 'P06',
    name: 'a model outside the plan',
    answer: { fault: 'plan_403' },
    retry: 'next',
    penalty: 'model',
    alone: failed,
  },
  {
    code: 'P06',
    name: 'a bare 403',
    answer: { status: 403 },
    retry: 'next',
    penalty: 'model',
    alone: failed,
  },
  {
    code: 'P06',
    name: 'a firewall page',
    answer: {
      status: 403,
      headers: { 'content-type': 'text/html', server: 'cloudflare' },
      body: '<html><head><title>Attention Required! | Cloudflare</title></head></html>',
    },
    retry: 'next',
    penalty: 'model',
    alone: failed,
  },
  {
    code: 'P07',
    name: 'an account without credit',
    answer: { fault: 'hf_402' },
    retry: 'next',
    penalty: 'endpoint',
    alone: { status: 503, code: 'all_attempts_failed', retryAfter: [1, 1.2 * HOUR_S] },
  },
  {
    code: 'P07',
    name: 'too little credit for a request of this size',
    answer: { fault: 'openrouter_402' },
    retry: 'next',
    penalty: 'model',
    alone: { status: 503, code: 'all_attempts_failed', retryAfter: [1, 360] },
  },
  ...(
    [
      ['model_not_found', { fault: 'model_not_found' }],
      ['Ollama', { fault: 'ollama_model_404' }],
      ['410 Gone', { status: 410 }],
      [
        'DeploymentNotFound',
        json(404, { error: { code: 'DeploymentNotFound', message: 'No such deployment' } }),
      ],
    ] as const
  ).map(
    ([name, answer]): ProviderDemand => ({
      code: 'P08',
      name: `a model that does not exist there (${name})`,
      answer,
      retry: 'next',
      penalty: 'model',
      alone: { status: 404, code: 'model_not_found' },
    }),
  ),
  {
    code: 'P09',
    name: '408',
    answer: { status: 408 },
    retry: 'same',
    penalty: 'endpoint',
    alone: { status: 504, code: 'all_attempts_failed' },
  },
  { code: 'P09', name: '409', answer: { status: 409 }, retry: 'same', penalty: 'none', alone: failed },
  {
    code: 'P10',
    name: 'a request larger than the provider takes',
    answer: { fault: 'too_large' },
    retry: 'next',
    penalty: 'none',
    alone: { status: 413, code: 'request_too_large' },
  },
  {
    code: 'P10',
    name: "a proxy's body limit",
    answer: {
      status: 413,
      headers: { 'content-type': 'text/html', server: 'nginx' },
      body: '<html><head><title>413 Request Entity Too Large</title></head></html>',
    },
    retry: 'next',
    penalty: 'none',
    alone: { status: 413, code: 'request_too_large' },
  },
  {
    code: 'P11',
    name: "the provider's schema refuses",
    answer: { fault: 'schema_422' },
    retry: 'next',
    penalty: 'none',
    alone: { status: 400 },
  },
];
