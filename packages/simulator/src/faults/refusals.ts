import type { FaultName } from '../behaviour.ts';
import { anthropicError, type Fault, openaiError } from './fault.ts';

/** Refusals that are the request's fault, the model's, or the credential's (P01 to P11, P16). */
export const refusals = {
  bad_request: ({ protocol }) =>
    protocol === 'anthropic'
      ? anthropicError(400, 'invalid_request_error', 'temperature: range: 0..1', {
          'x-should-retry': 'false',
        })
      : openaiError(400, {
          message:
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
          type: 'invalid_request_error',
          code: 'unsupported_parameter',
          param: 'max_tokens',
        }),
  context_length: ({ protocol }) =>
    protocol === 'anthropic'
      ? anthropicError(400, 'invalid_request_error', 'prompt is too long: 203400 tokens > 200000 maximum')
      : openaiError(400, {
          message:
            "This model's maximum context length is 4097 tokens. However, you requested 4120 tokens (3120 in the messages, 1000 in the completion). Please reduce the length of the messages or completion.",
          type: 'invalid_request_error',
          code: 'context_length_exceeded',
          param: 'messages',
        }),
  too_large: ({ protocol }) =>
    protocol === 'anthropic'
      ? anthropicError(413, 'request_too_large', 'Request exceeds the maximum size')
      : openaiError(413, {
          message: 'Request body too large for gpt-4o model. Max size: 8000 tokens.',
          type: null,
          code: 'tokens_limit_reached',
        }),
  schema_422: {
    status: 422,
    body: {
      detail: [
        {
          type: 'extra_forbidden',
          loc: ['body', 'parallel_tool_calls'],
          msg: 'Extra inputs are not permitted',
        },
      ],
    },
  },

  tool_use_failed: {
    status: 400,
    body: {
      error: {
        message: 'Tool call validation failed: parameters for tool look_up did not match schema',
        type: 'invalid_request_error',
        code: 'tool_use_failed',
        failed_generation: '{"name": "look_up", "arguments": {"foo": "bar"}}',
      },
    },
  },
  degraded_function: {
    status: 400,
    headers: { 'content-type': 'application/problem+json' },
    body: {
      status: 400,
      title: 'Bad Request',
      detail: 'Function id simulated: DEGRADED function cannot be invoked',
    },
  },
  model_not_found: ({ protocol, model }) =>
    protocol === 'anthropic'
      ? anthropicError(404, 'not_found_error', `model: ${model}`)
      : openaiError(404, {
          message: `The model \`${model}\` does not exist or you do not have access to it.`,
          type: 'invalid_request_error',
          code: 'model_not_found',
        }),
  model_not_found_400: ({ model }) =>
    openaiError(400, {
      message: `The requested model '${model}' does not exist.`,
      type: 'invalid_request_error',
      code: 'model_not_found',
      param: 'model',
    }),
  ollama_model_404: ({ model }) => ({ status: 404, body: { error: `model '${model}' not found` } }),
  plan_403: {
    status: 403,
    body: { error: 'this model requires a subscription, upgrade for access' },
  },
  bare_401: { status: 401, body: { error: 'Unauthorized' } },

  invalid_key: ({ protocol }) =>
    protocol === 'anthropic'
      ? anthropicError(401, 'authentication_error', 'invalid x-api-key', { 'x-should-retry': 'false' })
      : openaiError(401, {
          message:
            'Incorrect API key provided: sk-simul*****ated. You can find your API key at https://platform.openai.com/account/api-keys.',
          type: 'invalid_request_error',
          code: 'invalid_api_key',
        }),
  anthropic_401: anthropicError(401, 'authentication_error', 'invalid x-api-key', {
    'x-should-retry': 'false',
  }),
  google_invalid_key: {
    status: 400,
    body: {
      error: {
        code: 400,
        message: 'API key not valid. Please pass a valid API key.',
        status: 'INVALID_ARGUMENT',
        details: [
          {
            '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
            reason: 'API_KEY_INVALID',
            domain: 'googleapis.com',
          },
        ],
      },
    },
  },
  openrouter_402: {
    status: 402,
    body: {
      error: {
        message:
          'This request requires more credits, or fewer max_tokens. You requested up to 65536 tokens, but can only afford 10114. To increase, visit https://openrouter.ai/settings/credits and upgrade to a paid account',
        code: 402,
        metadata: { provider_name: null },
      },
      user_id: 'user_simulated',
    },
  },
  hf_402: {
    status: 402,
    headers: { 'x-error-message': 'You have depleted your monthly included credits.' },
    body: {
      error:
        'You have depleted your monthly included credits. Purchase pre-paid credits to continue using Inference Providers.',
    },
  },
  insufficient_quota: openaiError(429, {
    message: 'You exceeded your current quota, please check your plan and billing details.',
    type: 'insufficient_quota',
    code: 'insufficient_quota',
  }),
} satisfies Partial<Record<FaultName, Fault>>;
