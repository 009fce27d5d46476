import type { Verdict } from '@holdfast/core/verdict';
import { describe, expect, test } from '@jest/globals';
import { anthropic, openai, verdictOn } from './verdict-on.ts';

type Case = readonly [string, number, object | string, Record<string, string>?];

const html = (title: string) =>
  `<html>\r\n<head><title>${title}</title></head><body><center><h1>${title}</h1></center></body></html>`;

function all(expected: Partial<Verdict>, cases: readonly Case[]): void {
  test.each(cases)('%s', (_name, status, body, headers = {}) => {
    expect(verdictOn(status, body, headers)).toMatchObject({ status, ...expected });
  });
}

describe("P01 a rightful refusal ends the request: one attempt, no penalty, the provider's own 400", () => {
  all(
    {
      code: 'P01',
      retry: 'stop',
      scope: 'none',
      passThrough: true,
      clientStatus: 400,
      result: 'client_error',
    },
    [
      [
        'unsupported parameter',
        400,
        openai("Unsupported parameter: 'top_k' is not supported with this model.", 'unsupported_parameter'),
        { 'x-should-retry': 'false' },
      ],
      ['empty array', 400, openai("Invalid 'messages': empty array.", 'empty_array')],
      [
        'Anthropic invalid request',
        400,
        anthropic('invalid_request_error', 'messages: at least one message is required'),
      ],
      [
        'Anthropic output limit',
        400,
        anthropic(
          'invalid_request_error',
          'max_tokens: 90000 > 64000, which is the maximum allowed number of output tokens',
        ),
      ],
      [
        'Google invalid argument',
        400,
        [
          {
            error: {
              code: 400,
              message: 'Invalid JSON payload received. Unknown name "foo"',
              status: 'INVALID_ARGUMENT',
            },
          },
        ],
      ],
      ['a string', 400, { error: 'bad request' }],
      ['text', 400, 'invalid request'],
      ['nothing', 400, ''],
      [
        'words of another fault beside a parameter code',
        400,
        openai("Invalid value: 'the model does not exist, rate limit, api key not valid'", 'invalid_value'),
      ],
      ['digits of another fault', 400, openai('seed must be below 500, got 5003; took 429 ms')],
    ],
  );
});

describe('P02 a prompt too long is worth a larger window only', () => {
  all(
    {
      code: 'P02',
      retry: 'endpoint',
      scope: 'none',
      tooLarge: true,
      passThrough: true,
      clientStatus: 400,
      bench: null,
    },
    [
      [
        'OpenAI',
        400,
        openai(
          "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens.",
          'context_length_exceeded',
        ),
      ],
      [
        'Anthropic',
        400,
        anthropic('invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum'),
      ],
      [
        'Anthropic with output',
        400,
        anthropic(
          'invalid_request_error',
          'input length and `max_tokens` exceed context limit: 199000 + 8192 > 200000',
        ),
      ],
      [
        'Google',
        400,
        {
          error: {
            code: 400,
            message:
              'The input token count (1200000) exceeds the maximum number of tokens allowed (1048575).',
            status: 'INVALID_ARGUMENT',
          },
        },
      ],
      ['Zhipu', 400, { error: { code: '1261', message: 'Prompt 超长' } }],
      [
        'llama.cpp',
        400,
        {
          error: {
            code: 400,
            message: 'the request exceeds the available context size, try increasing it',
            type: 'exceed_context_size_error',
          },
        },
      ],
      [
        'xAI',
        400,
        {
          code: 'Client specified an invalid argument',
          error: "This model's maximum prompt length is 131072 but the request contains 200000 tokens.",
        },
      ],
      [
        'OpenRouter, wrapped',
        400,
        {
          error: {
            message: 'Provider returned error',
            code: 400,
            metadata: {
              provider_name: 'X',
              raw: '{"error":{"message":"This endpoint\'s maximum context length is 65536 tokens."}}',
            },
          },
        },
      ],
      [
        'vLLM',
        400,
        {
          object: 'error',
          message: "This model's maximum context length is 4096 tokens.",
          type: 'BadRequestError',
          param: null,
          code: 400,
        },
      ],
      [
        'Groq',
        400,
        openai('Please reduce the length of the messages or completion.', 'context_length_exceeded'),
      ],
    ],
  );
});

test.each([
  [
    400,
    "Invalid input argument for Model 'x': the number of input tokens 9000 cannot exceed the total tokens limit 8192",
  ],
  [400, 'too many tokens: total number of tokens in the prompt cannot exceed 128000 - received 140021.'],
  [
    422,
    'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8193. Given: 9000 `inputs` tokens',
  ],
])('P02 in the words of watsonx, Cohere and TGI (%d, %s)', (status, message) => {
  expect(verdictOn(status, { message })).toMatchObject({ code: 'P02', tooLarge: true });
});

describe("P03 a 400 that is the model's fault goes to another model", () => {
  all({ code: 'P03', retry: 'endpoint', scope: 'model', passThrough: false, clientStatus: 502 }, [
    [
      'Groq failed tool call',
      400,
      openai('Failed to call a function. Please adjust your prompt.', 'tool_use_failed'),
    ],
    [
      'Groq failed JSON',
      400,
      openai("Failed to generate JSON. See 'failed_generation'.", 'json_validate_failed'),
    ],
    [
      'NVIDIA degraded',
      400,
      {
        type: 'urn:nvcf:problem-details:bad-request',
        title: 'Bad Request',
        status: 400,
        detail: "Function id 'abc': DEGRADED function cannot be invoked",
      },
    ],
    [
      'HF router',
      400,
      openai(
        "The requested model 'acme/none' does not exist.",
        'model_not_found',
        'invalid_request_error',
        'model',
      ),
    ],
    [
      'HF router, not served',
      400,
      openai(
        "The requested model 'acme/some' is not supported by any provider you have enabled.",
        'model_not_supported',
      ),
    ],
    [
      'GitHub',
      400,
      {
        error: { code: 'unknown_model', message: 'Unknown model: acme-9', details: 'Unknown model: acme-9' },
      },
    ],
    ['DeepSeek', 400, openai('Model Not Exist')],
    [
      'Groq retired',
      400,
      openai(
        'The model `old-7b` has been decommissioned and is no longer supported.',
        'model_decommissioned',
      ),
    ],
    [
      'OpenRouter',
      400,
      { error: { message: 'acme/none is not a valid model ID', code: 400 }, user_id: 'user_x' },
    ],
    [
      'Mistral',
      400,
      {
        object: 'error',
        message: 'Invalid model: acme-large',
        type: 'invalid_model',
        param: null,
        code: '1500',
      },
    ],
  ]);
});

describe('P04 a 400 that means a dead key kills the token, never the request', () => {
  all({ code: 'P04', retry: 'token', scope: 'token', dead: true, result: 'auth_error', clientStatus: 502 }, [
    [
      'Google',
      400,
      {
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
    ],
    [
      'Google, in the OpenAI form',
      400,
      [
        {
          error: {
            code: 400,
            message: 'API key expired. Please renew the API key.',
            status: 'INVALID_ARGUMENT',
          },
        },
      ],
    ],
    ['DashScope', 400, { code: 'InvalidApiKey', message: 'Invalid API-key provided.', request_id: 'x' }],
  ]);
});

describe('P10 too large for this endpoint: a larger one, and no waiting', () => {
  all({ code: 'P10', retry: 'endpoint', scope: 'none', tooLarge: true, clientStatus: 413, bench: null }, [
    ['nginx', 413, html('413 Request Entity Too Large')],
    [
      'GitHub',
      413,
      {
        error: {
          code: 'tokens_limit_reached',
          message: 'Request body too large for gpt-4o model. Max size: 8000 tokens.',
          details: 'Max size: 8000 tokens.',
        },
      },
    ],
    ['Anthropic', 413, anthropic('request_too_large', 'Request exceeds the maximum size')],
    [
      'Groq',
      413,
      openai(
        'Request too large for model `x` on tokens per minute (TPM): Limit 6000, Requested 36783',
        'rate_limit_exceeded',
        'tokens',
      ),
      { 'retry-after': '9' },
    ],
    ['nothing said', 413, ''],
  ]);
});

describe('P11 one schema may refuse what another accepts', () => {
  const body = {
    detail: [{ type: 'extra_forbidden', loc: ['body', 'logit_bias'], msg: 'Extra inputs are not permitted' }],
  };
  all({ code: 'P11', retry: 'endpoint', scope: 'none', passThrough: true, clientStatus: 400 }, [
    ['FastAPI', 422, body],
    [
      'Mistral',
      422,
      {
        object: 'error',
        message: { detail: [{ loc: ['body', 'n'], msg: 'Field forbidden' }] },
        type: 'invalid_request_error',
      },
    ],
  ]);

  test('two refusals are enough', () => {
    expect(verdictOn(422, body, {}, { earlier: ['P18', 'P11'] }).retry).toBe('stop');
  });
});

describe('P27 a content filter has spoken: no other provider is asked', () => {
  all({ code: 'P27', retry: 'stop', scope: 'none', passThrough: true }, [
    [
      'Azure',
      400,
      {
        error: {
          message:
            "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
          type: null,
          param: 'prompt',
          code: 'content_filter',
          status: 400,
          innererror: { code: 'ResponsibleAIPolicyViolation' },
        },
      },
    ],
    [
      'OpenAI images',
      400,
      openai(
        'Your request was rejected as a result of our safety system.',
        'content_policy_violation',
        'image_generation_user_error',
      ),
    ],
    [
      'OpenAI moderation',
      400,
      openai('Your request was rejected by the safety system.', 'moderation_blocked'),
    ],
    ['Anthropic', 400, anthropic('invalid_request_error', 'Output blocked by content filtering policy')],
    [
      'OpenRouter',
      403,
      {
        error: {
          code: 403,
          message: 'The model requires moderation and your input was flagged for "violence".',
          metadata: { reasons: ['violence'] },
        },
      },
    ],
    ['Zhipu', 400, { error: { code: '1301', message: 'system detected potentially unsafe content' } }],
    [
      'DashScope',
      400,
      { code: 'DataInspectionFailed', message: 'Input data may contain inappropriate content.' },
    ],
    ['inside a 200', 200, { error: { code: 'content_filter', message: 'filtered' } }],
  ]);
});

describe("an HTML 400 is the edge's, not the API's", () => {
  all({ code: 'P19', retry: 'endpoint', scope: 'endpoint', passThrough: false, clientStatus: 502 }, [
    ['nginx', 400, html('400 The plain HTTP request was sent to HTTPS port')],
  ]);
});

describe('what the request refers to is not stored here', () => {
  all({ code: 'P08', retry: 'endpoint', scope: 'none', bench: null, passThrough: true, clientStatus: 404 }, [
    [
      "Anthropic's threads",
      404,
      {
        type: 'error',
        error: { type: 'not_found_error', message: 'Gone.', details: { error_code: 'thread_not_found' } },
      },
    ],
    ["Anthropic's files", 404, anthropic('not_found_error', 'File not found: file_011CNha8iCJcU1wXNR6q4V8w')],
    [
      "OpenAI's items",
      404,
      openai("Item with id 'rs_1' not found. Items are not persisted when `store` is set to false."),
    ],
  ]);
});
