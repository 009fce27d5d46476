import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';

export type Protocol = 'openai' | 'anthropic';

/** What a client heard: the whole text, and what the gateway says about its making. */
export interface Heard {
  readonly text: string;
  readonly finish: string | null;
  readonly endpoint: string | null;
  readonly attempts: string | null;
}

/** As people set them up: the base URL is all they change. `maxRetries` undefined: the SDK's own default. */
export const openAiClient = (url: string, maxRetries?: number) =>
  new OpenAI({
    baseURL: `${url}/v1`,
    apiKey: 'client-key',
    ...(maxRetries === undefined ? {} : { maxRetries }),
  });

export const anthropicClient = (url: string, maxRetries?: number) =>
  new Anthropic({ baseURL: url, apiKey: 'client-key', ...(maxRetries === undefined ? {} : { maxRetries }) });

export interface Question {
  readonly url: string;
  readonly model: string;
  readonly stream: boolean;
  readonly maxRetries: number | undefined;
}

/** Asks "ping" through the official client of the protocol. */
export const ask = (protocol: Protocol, question: Question): Promise<Heard> =>
  protocol === 'openai' ? askOpenAi(question) : askAnthropic(question);

const messages = [{ role: 'user' as const, content: 'ping' }];

async function askOpenAi({ url, model, stream, maxRetries }: Question): Promise<Heard> {
  const { completions } = openAiClient(url, maxRetries).chat;
  if (!stream) {
    const { data, response } = await completions.create({ model, messages }).withResponse();
    const [choice] = data.choices;
    return {
      text: choice?.message.content ?? '',
      finish: choice?.finish_reason ?? null,
      ...servedBy(response),
    };
  }
  const { data, response } = await completions.create({ model, messages, stream: true }).withResponse();
  let text = '';
  let finish: string | null = null;
  for await (const { choices } of data) {
    text += choices[0]?.delta.content ?? '';
    finish = choices[0]?.finish_reason ?? finish;
  }
  return { text, finish, ...servedBy(response) };
}

async function askAnthropic({ url, model, stream, maxRetries }: Question): Promise<Heard> {
  const client = anthropicClient(url, maxRetries);
  const body = { model, messages, max_tokens: 100 };
  if (!stream) {
    const { data, response } = await client.messages.create(body).withResponse();
    const [block] = data.content;
    return {
      text: block?.type === 'text' ? block.text : '',
      finish: data.stop_reason,
      ...servedBy(response),
    };
  }
  const { data, response } = await client.messages.create({ ...body, stream: true }).withResponse();
  let text = '';
  let finish: string | null = null;
  for await (const event of data) {
    if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') text += event.delta.text;
    if (event.type === 'message_delta') finish = event.delta.stop_reason;
  }
  return { text, finish, ...servedBy(response) };
}

const servedBy = (response: Response) => ({
  endpoint: response.headers.get('x-holdfast-endpoint'),
  attempts: response.headers.get('x-holdfast-attempts'),
});
