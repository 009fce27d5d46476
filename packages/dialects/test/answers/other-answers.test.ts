import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readAnswer as readMessages } from '../../src/answers/anthropic-messages.ts';
import { readAnswer as readCount } from '../../src/answers/count-tokens.ts';
import { readAnswer as readChat } from '../../src/answers/openai-chat.ts';
import { readAnswer as readCompletion } from '../../src/answers/openai-completions.ts';
import { readAnswer as readEmbeddings } from '../../src/answers/openai-embeddings.ts';
import { readAnswer as readImages } from '../../src/answers/openai-images.ts';
import { readAnswer as readModeration } from '../../src/answers/openai-moderations.ts';
import { readAnswer as readResponse } from '../../src/answers/openai-responses.ts';
import type { AnswerFinding } from '../../src/dialect.ts';
import { bytes, inShort } from './answer.ts';

const json = 'application/json';
type Cases = readonly (readonly [string, unknown, string])[];

function all(readAnswer: (body: Buffer, contentType: string) => AnswerFinding, cases: Cases): void {
  const everywhere: Cases = [
    ['P21 an error', { error: { message: 'no', code: 502 } }, 'error'],
    ['P31 a flat error', { message: 'no', code: 'x' }, 'error'],
    ['P20 a page', '<html>', 'html'],
    ['P22 nothing', '', 'empty_body'],
    ['P22 an object of nothing', {}, 'no_choices'],
    ['N11 half a document', '{"a', 'truncated'],
    ['text', 'ok', 'not_json'],
  ];
  test.each([...cases, ...everywhere])('%s', (_name, body, expected) => {
    expect(inShort(readAnswer(bytes(body), json))).toBe(expected);
  });
}

describe('completions', () => {
  const completion = (text: unknown, finish: string | null = 'stop', more: object = {}) => ({
    object: 'text_completion',
    model: 'm',
    choices: [{ index: 0, text, finish_reason: finish, ...more }],
  });
  all(readCompletion, [
    ['text', completion('Hello'), 'ok'],
    ['white space is text', completion('\n'), 'ok'],
    ['P23 cut at the limit', completion('', 'length'), 'ok'],
    ['P27', completion('', 'content_filter'), 'filtered'],
    ['P24', completion(''), 'empty_content'],
    ['P28', completion('Hal', 'error'), 'finish_error'],
    ['P21 inside a choice', completion('', 'error', { error: { code: 500 } }), 'error'],
    ['P22 no text', completion(undefined), 'no_choices'],
    ['one of two', { choices: [...completion('').choices, ...completion('x').choices] }, 'ok'],
  ]);
});

describe('responses', () => {
  const response = (output: unknown, status = 'completed', more: object = {}) => ({
    object: 'response',
    model: 'm',
    status,
    error: null,
    output,
    usage: { input_tokens: 1, output_tokens: 2 },
    ...more,
  });
  const said = (text: string) => ({
    type: 'message',
    role: 'assistant',
    content: [{ type: 'output_text', text }],
  });
  const reasoning = { type: 'reasoning', summary: [] };
  all(readResponse, [
    ['a message', response([reasoning, said('Hello')]), 'ok'],
    ['P25 a function call', response([{ type: 'function_call', name: 'f', arguments: '{}' }]), 'ok'],
    [
      'P23 cut at the limit',
      response([reasoning], 'incomplete', { incomplete_details: { reason: 'max_output_tokens' } }),
      'ok',
    ],
    ['accepted for later', response([], 'queued'), 'ok'],
    [
      'P27 filtered',
      response([], 'incomplete', { incomplete_details: { reason: 'content_filter' } }),
      'filtered',
    ],
    [
      'P27 a refusal',
      response([{ type: 'message', content: [{ type: 'refusal', refusal: 'No.' }] }]),
      'filtered',
    ],
    ['P21 failed', response([], 'failed', { error: { code: 'server_error', message: 'no' } }), 'error'],
    ['P28 failed without a reason', response([], 'failed'), 'finish_error'],
    ['P24', response([]), 'empty_content'],
    ['P24 an empty message', response([said('')]), 'empty_content'],
    ['P26', response([reasoning]), 'reasoning_only'],
    ['P22 output null', response(null), 'no_choices'],
  ]);

  test('tell why they are incomplete', () => {
    const body = bytes(response([], 'incomplete', { incomplete_details: { reason: 'max_output_tokens' } }));
    expect(readResponse(body, json)).toMatchObject({
      finish: 'max_output_tokens',
      usage: { inputTokens: 1, outputTokens: 2 },
      model: 'm',
    });
  });
});

describe('embeddings', () => {
  const list = (...embeddings: unknown[]) => ({
    object: 'list',
    model: 'm',
    data: embeddings.map((embedding, index) => ({ index, embedding })),
    usage: { prompt_tokens: 5, total_tokens: 5 },
  });
  all(readEmbeddings, [
    ['vectors', list([0.1, 0.2], [0.3, 0.4]), 'ok'],
    ['base64', list('AAAA'), 'ok'],
    ['P24 one vector missing', list([0.1], []), 'empty_content'],
    ['P22 no data', list(), 'no_choices'],
  ]);
});

describe('images', () => {
  all(readImages, [
    ['a link', { created: 1, data: [{ url: 'https://images.example/1.png' }] }, 'ok'],
    [
      'inline',
      { created: 1, data: [{ b64_json: 'AAAA' }], usage: { input_tokens: 3, output_tokens: 4 } },
      'ok',
    ],
    ['P24 neither', { created: 1, data: [{ revised_prompt: 'x' }] }, 'empty_content'],
    ['P22 no data', { created: 1, data: [] }, 'no_choices'],
  ]);
});

describe('moderations', () => {
  all(readModeration, [
    ['a result', { id: 'modr-1', model: 'm', results: [{ flagged: false, categories: {} }] }, 'ok'],
    ['P22 no result', { id: 'modr-1', results: [] }, 'no_choices'],
  ]);
});

describe('token counts', () => {
  all(readCount, [
    ['a count', { input_tokens: 14 }, 'ok'],
    ['zero is a count', { input_tokens: 0 }, 'ok'],
    ['P22 no number', { input_tokens: '14' }, 'no_choices'],
  ]);
});

test('any bytes and any JSON get a finding, in every dialect', () => {
  const keys = [
    'error',
    'choices',
    'message',
    'content',
    'text',
    'finish_reason',
    'output',
    'data',
    'results',
    'done',
    'status',
    'type',
    'input_tokens',
    'base_resp',
    'usage',
    'object',
  ];
  const shaped = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom(null, '', 'x', 'stop', 'error', 0, 1, true, 429),
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...keys), tie('node'), { maxKeys: 5 }),
    ),
  })).node;
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 100 }).map((raw) => Buffer.from(raw)),
    shaped.map((value) => Buffer.from(JSON.stringify(value))),
  );
  fc.assert(
    fc.property(body, (raw) => {
      for (const readAnswer of [
        readChat,
        readMessages,
        readCompletion,
        readResponse,
        readEmbeddings,
        readImages,
        readModeration,
        readCount,
      ]) {
        expect(['ok', 'error', 'bad']).toContain(readAnswer(raw, json).kind);
      }
    }),
    { numRuns: 1000 },
  );
});
