import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { listen } from '@holdfast/runtime/listen';

export interface Reply {
  readonly text: string;
  readonly finish?: string;
  /** An error instead. */
  readonly status?: number;
}

/** A chat provider that answers when it is told to. */
export interface GatedProvider extends AsyncDisposable {
  readonly url: string;
  calls(): number;
  /** Lets the call with that number (from 1) be answered; without one, all that were and will be made. */
  release(call?: number): void;
}

/** `reply` is asked at each call, with its number from 1. */
export async function startGatedProvider(
  reply: (call: number, request: IncomingMessage) => Reply,
): Promise<GatedProvider> {
  const waiting = new Map<number, () => void>();
  let calls = 0;
  let open = false;
  const server = await listen(
    async (request, response) => {
      const call = ++calls;
      const { stream } = JSON.parse(await text(request)) as { stream?: boolean };
      if (!open) await new Promise<void>((resolve) => waiting.set(call, resolve));
      send(response, reply(call, request), stream === true);
    },
    { host: '127.0.0.1', port: 0 },
  );
  return {
    url: `${server.url}/v1`,
    calls: () => calls,
    release(call) {
      if (call !== undefined) return waiting.get(call)?.();
      open = true;
      for (const resolve of waiting.values()) resolve();
    },
    [Symbol.asyncDispose]: () => server.close(),
  };
}

function send(
  response: ServerResponse,
  { text: content, finish = 'stop', status = 200 }: Reply,
  stream: boolean,
) {
  const head = {
    id: 'x',
    object: stream ? 'chat.completion.chunk' : 'chat.completion',
    created: 1,
    model: 'm',
  };
  const event = (delta: object, finish_reason: string | null) =>
    `data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
  if (status !== 200 || !stream) {
    const message = { role: 'assistant', content };
    const choices = [{ index: 0, message, finish_reason: finish }];
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(status === 200 ? { ...head, choices } : { error: { message: content } }));
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(event({ role: 'assistant', content: content.slice(0, 4) }, null));
  response.write(event({ content: content.slice(4) }, null));
  response.end(`${event({}, finish)}data: [DONE]\n\n`);
}
