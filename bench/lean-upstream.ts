import { createServer, type Socket } from 'node:net';

/**
 * A provider on raw TCP, as cheap as Node allows, so that it takes little of the cores it shares with what is measured.
 * The model names what to do: `json:<bytes>` a chat completion, `sse:<events>:<gap ms>` a stream whose events carry the
 * moment of their sending. Run as a process: `node bench/lean-upstream.ts <port>`.
 */
const port = Number(process.argv[2]);

const completion = (bytes: number): Buffer => {
  const body = JSON.stringify({
    id: 'chatcmpl-bench',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'bench',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: 'x'.repeat(Math.max(1, bytes - 260)) },
        finish_reason: 'stop',
      },
    ],
    usage: { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 },
  });
  return Buffer.from(
    `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
};

const STREAM_HEAD =
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n';
const FILLER = 'y'.repeat(40);

const chunk = (event: string): string => `${event.length.toString(16)}\r\n${event}\r\n`;
const contentEvent = (): string =>
  chunk(
    `data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,"model":"bench","sent":${process.hrtime.bigint()},"choices":[{"index":0,"delta":{"content":"${FILLER}"},"finish_reason":null}]}\n\n`,
  );
const LAST =
  chunk(
    'data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,"model":"bench","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n',
  ) +
  chunk('data: [DONE]\n\n') +
  '0\r\n\r\n';

interface OpenStream {
  readonly socket: Socket;
  readonly gapMs: number;
  left: number;
  dueMs: number;
}

const streams = new Set<OpenStream>();
setInterval(() => {
  const now = performance.now();
  for (const stream of streams) {
    if (stream.dueMs > now) continue;
    stream.dueMs += stream.gapMs;
    if (stream.socket.destroyed) streams.delete(stream);
    else if (stream.left-- > 0) stream.socket.write(contentEvent());
    else {
      stream.socket.write(LAST);
      streams.delete(stream);
    }
  }
}, 1);

const answers = new Map<number, Buffer>();

function answer(socket: Socket, head: string): void {
  const [, kind, first = '700', gap = '0'] = /"model":"(json|sse):(\d+):?(\d*)/.exec(head) ?? [];
  if (kind === 'sse') {
    socket.write(STREAM_HEAD + contentEvent());
    streams.add({
      socket,
      gapMs: Number(gap),
      left: Number(first) - 1,
      dueMs: performance.now() + Number(gap),
    });
    return;
  }
  const bytes = Number(first);
  let ready = answers.get(bytes);
  if (!ready) {
    ready = completion(bytes);
    answers.set(bytes, ready);
  }
  socket.write(ready);
}

createServer({ noDelay: true }, (socket) => {
  let rest = '';
  socket.on('error', () => {});
  socket.on('data', (data) => {
    rest += data.toString('latin1');
    for (;;) {
      const headEnd = rest.indexOf('\r\n\r\n');
      if (headEnd < 0) return;
      const length = Number(/content-length: *(\d+)/i.exec(rest.slice(0, headEnd))?.[1] ?? 0);
      const end = headEnd + 4 + length;
      if (rest.length < end) return;
      answer(socket, rest.slice(headEnd + 4, Math.min(end, headEnd + 300)));
      rest = rest.slice(end);
    }
  });
}).listen(port, '127.0.0.1', 4096);
