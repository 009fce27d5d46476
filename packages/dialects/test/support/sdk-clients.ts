import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { serve } from './serve.ts';

const stream = 'text/event-stream';
const json = 'application/json';

/** What the official SDKs, retries off, make of bytes that a server sends them. */
export async function withOpenAI<T>(
  body: Buffer,
  use: (client: OpenAI) => Promise<T>,
  status = 200,
): Promise<T> {
  await using server = await serve(status, body[0] === 0x7b ? json : stream, body);
  return await use(new OpenAI({ apiKey: 'test', baseURL: server.url, maxRetries: 0 }));
}

export async function withAnthropic<T>(
  body: Buffer,
  use: (client: Anthropic) => Promise<T>,
  status = 200,
): Promise<T> {
  await using server = await serve(status, body[0] === 0x7b ? json : stream, body);
  return await use(new Anthropic({ apiKey: 'test', baseURL: server.url, maxRetries: 0 }));
}

const messages = [{ role: 'user' as const, content: 'hello' }];

export const openaiSdk = {
  chat: (body: Buffer) =>
    withOpenAI(body, (client) => client.chat.completions.create({ model: 'm', messages })),
  chatStream: (body: Buffer) =>
    withOpenAI(body, (client) =>
      client.chat.completions.stream({ model: 'm', messages }).finalChatCompletion(),
    ),
  completion: (body: Buffer) =>
    withOpenAI(body, (client) => client.completions.create({ model: 'm', prompt: 'x' })),
  completionStream: (body: Buffer) =>
    withOpenAI(body, async (client) => {
      const chunks: OpenAI.Completion[] = [];
      for await (const chunk of await client.completions.create({ model: 'm', prompt: 'x', stream: true }))
        chunks.push(chunk);
      return chunks;
    }),
  response: (body: Buffer) =>
    withOpenAI(body, (client) => client.responses.create({ model: 'm', input: 'x' })),
  responseStream: (body: Buffer) =>
    withOpenAI(body, (client) => client.responses.stream({ model: 'm', input: 'x' }).finalResponse()),
};

export const anthropicSdk = {
  message: (body: Buffer) =>
    withAnthropic(body, (client) => client.messages.create({ model: 'm', max_tokens: 9, messages })),
  messageStream: (body: Buffer) =>
    withAnthropic(body, (client) =>
      client.messages.stream({ model: 'm', max_tokens: 9, messages }).finalMessage(),
    ),
};
