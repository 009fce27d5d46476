/** The event streams of the client API. */
export type StreamDialect = 'chat' | 'completions' | 'responses' | 'messages';

export const STREAM_PATHS: Readonly<Record<StreamDialect, string>> = {
  chat: '/v1/chat/completions',
  completions: '/v1/completions',
  responses: '/v1/responses',
  messages: '/v1/messages',
};

/** The smallest request for a stream in a dialect. */
export function streamRequest(dialect: StreamDialect, model: string, text: string): Record<string, unknown> {
  const messages = [{ role: 'user', content: text }];
  const fields = {
    chat: { messages },
    completions: { prompt: text },
    responses: { input: text },
    messages: { messages, max_tokens: 1000 },
  };
  return { model, stream: true, ...fields[dialect] };
}

/** What a client makes of a stream's bytes. */
export interface ReadStream {
  readonly text: string;
  /** It saw the dialect's terminator. */
  readonly terminated: boolean;
  /** It was told that something went wrong. */
  readonly failed: boolean;
  readonly events: number;
}

// biome-ignore lint/suspicious/noExplicitAny: any shape may come, and only a few fields matter
type Json = any;

const TEXT: Readonly<Record<StreamDialect, (data: Json) => unknown>> = {
  chat: (data) => data.choices?.[0]?.delta?.content,
  completions: (data) => data.choices?.[0]?.text,
  responses: (data) => (data.type === 'response.output_text.delta' ? data.delta : null),
  messages: (data) => (data.type === 'content_block_delta' ? data.delta?.text : null),
};

const TERMINATOR: Readonly<Record<StreamDialect, (data: Json) => boolean>> = {
  chat: () => false,
  completions: () => false,
  responses: (data) => data.type === 'response.completed',
  messages: (data) => data.type === 'message_stop',
};

/** The data of each event, by the WHATWG rules: lines end in any of three ways, an event with an empty one. */
export function eventData(bytes: string): string[] {
  const events: string[] = [];
  let lines: string[] = [];
  for (const line of bytes.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)) {
    if (line.startsWith('data:')) lines.push(line.slice(5).replace(/^ /, ''));
    if (line !== '') continue;
    if (lines.length > 0) events.push(lines.join('\n'));
    lines = [];
  }
  return events;
}

/** Reads a whole stream by the WHATWG rules, as far as providers use them. */
export function readStream(dialect: StreamDialect, bytes: string): ReadStream {
  let text = '';
  let terminated = false;
  let failed = false;
  let events = 0;
  for (const data of eventData(bytes)) {
    events++;
    if (data === '[DONE]') {
      terminated = true;
      continue;
    }
    const json = parse(data);
    if (json === null || json.error != null || json.type === 'error' || json.type === 'response.failed') {
      failed = true;
      continue;
    }
    const piece = TEXT[dialect](json);
    if (typeof piece === 'string') text += piece;
    if (TERMINATOR[dialect](json)) terminated = true;
  }
  return { text, terminated, failed, events };
}

function parse(data: string): Json {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}
