import type { RawConnection, RawRequest, RawUpstream } from '@holdfast/simulator/raw-upstream';
import { startRawUpstream } from '@holdfast/simulator/raw-upstream';

/** How one request is answered. */
export interface Telling {
  /** Breaks off after so many characters of its own; default: tells all. */
  readonly cutAfter?: number;
  readonly cut?: 'fin' | 'rst' | 'error_event' | 'stall';
  /** What it makes of a text that it is to go on with; default: it goes on with the next character. */
  readonly goesOn?: (soFar: string, story: string) => string;
  /** Says this and nothing else, whatever the story. */
  readonly says?: string;
  /** Characters in one event. */
  readonly piece?: number;
  readonly everyMs?: number;
  readonly thinks?: string;
  /** More in the delta of the first content chunk (chat). */
  readonly delta?: object;
  /** Answers 400 to a request that ends in an assistant's message, as newer Claude models do. */
  readonly refusesPrefill?: boolean;
  readonly status?: number;
  readonly as?: 'json';
}

/** A model that knows one story by heart, and goes on with it from wherever it is told to. */
export interface StoryTeller extends AsyncDisposable {
  readonly upstream: RawUpstream;
  readonly baseUrl: string;
  /** How it answers the next requests; the last one stays. */
  behave(...tellings: Telling[]): void;
  /** Bodies of the requests so far. */
  asked(): Asked[];
}

export interface Asked {
  readonly model: string;
  readonly max_tokens?: number;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly [key: string]: unknown;
}

const CHARS_PER_TOKEN = 4;

export async function startStoryTeller(name: string, story: () => string): Promise<StoryTeller> {
  let tellings: readonly Telling[] = [{}];
  const upstream = await startRawUpstream(async (connection) => {
    for (let request = await connection.nextRequest(); request; request = await connection.nextRequest()) {
      const [telling = {}, ...later] = tellings;
      if (later.length > 0) tellings = later;
      await answer(connection, request, name, story(), telling);
    }
  });
  return {
    upstream,
    baseUrl: upstream.baseUrl,
    behave(...next) {
      tellings = next;
    },
    asked: () => upstream.requests().map(({ body }) => JSON.parse(body.toString()) as Asked),
    [Symbol.asyncDispose]: () => upstream.close(),
  };
}

async function answer(
  connection: RawConnection,
  request: RawRequest,
  name: string,
  story: string,
  telling: Telling,
): Promise<void> {
  const asked = JSON.parse(request.body.toString()) as Asked;
  const { status = 200, cut = 'fin', cutAfter, everyMs, as } = telling;
  if (status !== 200 || (telling.refusesPrefill && asked.messages.at(-1)!.role === 'assistant')) {
    const error = {
      type: 'invalid_request_error',
      message: 'The conversation must end with a user message.',
    };
    await writeWhole(
      connection,
      status === 200 ? '400 Bad Request' : `${status} No`,
      JSON.stringify({ error }),
    );
    return;
  }
  const text = textFor(asked, story, telling);
  if (as === 'json') {
    const message = { role: 'assistant', content: text };
    await writeWhole(
      connection,
      '200 OK',
      JSON.stringify({ choices: [{ index: 0, message, finish_reason: 'stop' }] }),
    );
    return;
  }
  const { opening, pieces, closing, error } = request.path.endsWith('/messages')
    ? messagesEvents(name, asked, text, telling)
    : chatEvents(name, text, telling);
  const told = cutAfter === undefined ? pieces : pieces.slice(0, Math.ceil(cutAfter / (telling.piece ?? 5)));
  await connection.write(
    'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n',
  );
  await writeChunk(connection, opening);
  for (const event of told) {
    if (everyMs !== undefined) await connection.pause(everyMs);
    await writeChunk(connection, event);
  }
  if (cutAfter === undefined) await connection.write(`${chunk(closing)}0\r\n\r\n`);
  else if (cut === 'error_event') await connection.write(`${chunk(error)}0\r\n\r\n`);
  else if (cut === 'stall') await connection.closed;
  else if (cut === 'rst') {
    await connection.pause(5); // a reset overtakes what was sent before it
    connection.reset();
  } else connection.end();
}

/** The text so far is the last message, or the one before the instruction to go on with it. */
function textFor({ messages }: Asked, story: string, { says, goesOn }: Telling): string {
  if (says !== undefined) return says;
  const soFar = messages.findLast(({ role }) => role === 'assistant')?.content ?? '';
  if (soFar !== '' && goesOn) return goesOn(soFar, story);
  return story.startsWith(soFar) ? story.slice(soFar.length) : '(lost the thread)';
}

interface Events {
  readonly opening: string;
  readonly pieces: readonly string[];
  readonly closing: string;
  readonly error: string;
}

function chatEvents(name: string, text: string, { piece, thinks, delta }: Telling): Events {
  const head = {
    id: `chatcmpl-${name}`,
    object: 'chat.completion.chunk',
    created: 1,
    model: `${name}-model`,
  };
  const event = (fields: object, finish_reason: string | null = null) =>
    `data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta: fields, finish_reason }] })}\n\n`;
  const output = Math.ceil(text.length / CHARS_PER_TOKEN);
  const usage = { prompt_tokens: 100, completion_tokens: output, total_tokens: 100 + output };
  return {
    opening:
      event({ role: 'assistant', content: '' }) +
      (thinks ? event({ reasoning_content: thinks }) : '') +
      (delta ? event(delta) : ''),
    pieces: cutUp(text, piece).map((content) => event({ content })),
    closing: `${event({}, 'stop')}data: ${JSON.stringify({ ...head, choices: [], usage })}\n\ndata: [DONE]\n\n`,
    error: `data: ${JSON.stringify({ error: { message: 'Provider disconnected', code: 502 } })}\n\n`,
  };
}

function messagesEvents(name: string, asked: Asked, text: string, { piece, thinks }: Telling): Events {
  const event = (type: string, fields: object) =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
  const block = (index: number, content_block: object, deltas: readonly object[]): string[] => [
    event('content_block_start', { index, content_block }),
    ...deltas.map((delta) => event('content_block_delta', { index, delta })),
  ];
  const message = {
    id: `msg_${name}`,
    type: 'message',
    role: 'assistant',
    model: `${name}-model`,
    content: [],
    stop_reason: null,
    usage: { input_tokens: 100 + asked.messages.length, output_tokens: 1 },
  };
  const index = thinks ? 1 : 0;
  const [first = '', ...deltas] = block(
    index,
    { type: 'text', text: '' },
    cutUp(text, piece).map((said) => ({ type: 'text_delta', text: said })),
  );
  const thinking = thinks
    ? [
        ...block(0, { type: 'thinking', thinking: '', signature: '' }, [
          { type: 'thinking_delta', thinking: thinks },
        ]),
        event('content_block_stop', { index: 0 }),
      ]
    : [];
  return {
    opening: [event('message_start', { message }), ...thinking, first].join(''),
    pieces: deltas,
    closing: [
      event('content_block_stop', { index }),
      event('message_delta', {
        delta: { stop_reason: 'end_turn', stop_sequence: null },
        usage: { output_tokens: Math.ceil(text.length / CHARS_PER_TOKEN) },
      }),
      event('message_stop', {}),
    ].join(''),
    error: event('error', { error: { type: 'overloaded_error', message: 'Overloaded' } }),
  };
}

/** By characters, none of them cut in two. */
function cutUp(text: string, length = 5): string[] {
  const characters = [...text];
  return Array.from({ length: Math.ceil(characters.length / length) }, (_, at) =>
    characters.slice(at * length, (at + 1) * length).join(''),
  );
}

const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

const writeChunk = (connection: RawConnection, text: string): Promise<void> =>
  text === '' ? Promise.resolve() : connection.write(chunk(text));

const writeWhole = (connection: RawConnection, status: string, body: string): Promise<void> =>
  connection.write(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
