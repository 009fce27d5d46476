import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, test } from '@jest/globals';
import OpenAI from 'openai';
import type { ClientFault } from '../src/dialect.ts';
import { dialects } from '../src/dialects.ts';
import { anthropicSdk, openaiSdk, withAnthropic, withOpenAI } from './support/sdk-clients.ts';
import { chatText, messagesText } from './support/stream-samples.ts';

const attempts = [{ endpoint: 'primary', result: 'timeout', status: null, duration_ms: 30_000 }];
const fault: ClientFault = {
  status: 502,
  type: 'upstream_error',
  code: 'all_attempts_failed',
  message: 'All 1 attempts failed: primary timeout after 30.0 s.',
  param: null,
  requestId: 'req_1',
  attempts,
};
const interrupted: ClientFault = { ...fault, code: 'stream_interrupted', message: 'The stream broke.' };

const errorOf = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: unknown) => error,
  );

test('every OpenAI dialect reports an error as the contract says, to the letter', () => {
  for (const { protocol, errorBody } of Object.values(dialects)) {
    if (protocol !== 'openai') continue;
    expect(errorBody(fault).toString()).toBe(
      '{"error":{"message":"All 1 attempts failed: primary timeout after 30.0 s.","type":"upstream_error","code":"all_attempts_failed","param":null,' +
        '"attempts":[{"endpoint":"primary","result":"timeout","status":null,"duration_ms":30000}]}}',
    );
    const { attempts: _, ...bare } = fault;
    expect(JSON.parse(errorBody(bare).toString()).error).not.toHaveProperty('attempts');
  }
});

test.each([
  [400, 'invalid_request_error'],
  [401, 'authentication_error'],
  [404, 'not_found_error'],
  [413, 'request_too_large'],
  [429, 'rate_limit_error'],
  [500, 'api_error'],
  [502, 'api_error'],
  [503, 'overloaded_error'],
  [529, 'overloaded_error'],
])('an Anthropic client is told of a %d as %s', (status, type) => {
  for (const name of ['anthropic-messages', 'anthropic-count-tokens'] as const) {
    expect(JSON.parse(dialects[name].errorBody({ ...fault, status }).toString())).toEqual({
      type: 'error',
      error: {
        type,
        message: fault.message,
        code: 'all_attempts_failed',
        details: { error_code: 'all_attempts_failed' },
        attempts,
      },
      request_id: 'req_1',
    });
  }
});

describe('the official SDKs understand an error', () => {
  test('OpenAI, as a status', async () => {
    const body = dialects['openai-chat'].errorBody(fault);
    const error = await errorOf(
      withOpenAI(body, (client) => client.embeddings.create({ model: 'm', input: 'x' }), 502),
    );
    expect(error).toBeInstanceOf(OpenAI.InternalServerError);
    expect(error).toMatchObject({
      status: 502,
      code: 'all_attempts_failed',
      type: 'upstream_error',
      param: null,
      error: { attempts },
    });
  });

  test('Anthropic, as a status', async () => {
    const body = dialects['anthropic-messages'].errorBody({ ...fault, status: 429 });
    const count = (client: Anthropic) =>
      client.messages.countTokens({ model: 'm', messages: [{ role: 'user', content: 'x' }] });
    const error = await errorOf(withAnthropic(body, count, 429));
    expect(error).toBeInstanceOf(Anthropic.RateLimitError);
    expect(error).toMatchObject({ status: 429, type: 'rate_limit_error', apiMessage: fault.message });
  });

  test('chat, in the middle of a stream', async () => {
    const body = Buffer.concat([
      Buffer.from(chatText.events.slice(0, 3).join('')),
      dialects['openai-chat'].errorEvent(interrupted),
    ]);
    const error = await errorOf(openaiSdk.chatStream(body));
    expect(error).toBeInstanceOf(OpenAI.APIError);
    expect(error).toMatchObject({
      code: 'stream_interrupted',
      type: 'upstream_error',
      message: 'The stream broke.',
    });
  });

  test('completions, in the middle of a stream', async () => {
    const error = await errorOf(
      openaiSdk.completionStream(dialects['openai-completions'].errorEvent(interrupted)),
    );
    expect(error).toMatchObject({ code: 'stream_interrupted', message: 'The stream broke.' });
  });

  test('responses, in the middle of a stream', async () => {
    const error = await errorOf(
      openaiSdk.responseStream(dialects['openai-responses'].errorEvent(interrupted)),
    );
    expect(error).toBeInstanceOf(OpenAI.APIError);
    expect(error).toMatchObject({
      code: 'stream_interrupted',
      type: 'upstream_error',
      message: 'The stream broke.',
    });
  });

  test('messages, in the middle of a stream', async () => {
    const body = Buffer.concat([
      Buffer.from(messagesText.events.slice(0, 5).join('')),
      dialects['anthropic-messages'].errorEvent(interrupted),
    ]);
    const error = await errorOf(anthropicSdk.messageStream(body));
    expect(error).toBeInstanceOf(Anthropic.APIError);
    expect(error).toMatchObject({ type: 'api_error', apiMessage: 'The stream broke.' });
  });

  test('our own readers too, with no terminator behind it', () => {
    for (const { conversational, openStream, errorEvent } of Object.values(dialects)) {
      if (!conversational) continue;
      const reader = openStream();
      expect(reader.push(errorEvent(interrupted))).toMatchObject({
        error: { message: 'The stream broke.' },
        bytes: null,
        terminator: null,
      });
      expect(reader.closing().length).toBe(0);
    }
  });
});
