import { connect } from 'node:net';

/** One keep-alive connection on a raw socket, one exchange at a time: cheap enough not to be what is measured. */
export interface Connection {
  /** Sends the bytes of a request; resolves with the status, 0 when the connection broke. `onData` sees the decoded body. */
  exchange(request: Buffer, onData?: (text: string) => void): Promise<number>;
  close(): void;
}

export function openConnection(url: URL): Connection {
  const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
  let settle: ((status: number) => void) | null = null;
  let onBody: ((text: string) => void) | undefined;
  let buffered = '';
  let status = 0;
  let left = 0;
  let state: 'head' | 'length' | 'size' | 'chunk' | 'chunk_end' | 'last' = 'head';

  const finish = (result: number): void => {
    state = 'head';
    const done = settle;
    settle = null;
    done?.(result);
  };

  const take = (): boolean => {
    if (state === 'length' || state === 'chunk') {
      const part = buffered.slice(0, left);
      buffered = buffered.slice(part.length);
      left -= part.length;
      if (part.length > 0) onBody?.(part);
      if (left > 0) return false;
      if (state === 'length') finish(status);
      else state = 'chunk_end';
      return true;
    }
    const mark = state === 'head' ? '\r\n\r\n' : '\r\n';
    const end = buffered.indexOf(mark);
    if (end < 0) return false;
    const line = buffered.slice(0, end);
    buffered = buffered.slice(end + mark.length);
    if (state === 'head') {
      status = Number(line.slice(9, 12));
      const length = /content-length: *(\d+)/i.exec(line);
      left = length ? Number(length[1]) : 0;
      state = length ? 'length' : 'size';
    } else if (state === 'size') {
      left = Number.parseInt(line, 16);
      state = left === 0 ? 'last' : 'chunk';
    } else if (state === 'chunk_end') {
      state = 'size';
    } else {
      finish(status);
    }
    return true;
  };

  socket.on('data', (data) => {
    buffered += data.toString('latin1');
    while (buffered.length > 0 && settle && take());
  });
  socket.on('error', () => {});
  socket.on('close', () => finish(0));
  return {
    exchange(request, onData) {
      onBody = onData;
      return new Promise((resolve) => {
        settle = resolve;
        socket.write(request);
      });
    },
    close: () => socket.destroy(),
  };
}

/** The bytes of a chat request. */
export function chatRequest(url: URL, model: string, stream: boolean): Buffer {
  const body = JSON.stringify({
    model,
    ...(stream ? { stream } : {}),
    messages: [
      { role: 'system', content: 'You are a helpful assistant.' },
      { role: 'user', content: 'q'.repeat(400) },
    ],
    temperature: 0.7,
    max_tokens: 256,
  });
  const head = `POST ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\ncontent-type: application/json\r\nauthorization: Bearer sk-bench\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return Buffer.from(head + body);
}
