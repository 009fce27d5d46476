/** One request as it came over the wire. */
export interface RawRequest {
  readonly connectionId: number;
  readonly method: string;
  readonly path: string;
  /** Request line and headers, without the blank line. */
  readonly head: string;
  /** Lower-case names; of repeated headers the last. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface RequestReader {
  /** The requests that this chunk completes. */
  read(chunk: Buffer): RawRequest[];
}

const HEAD_END = Buffer.from('\r\n\r\n');
const CHUNKS_END = Buffer.from('0\r\n\r\n');

/** Cuts a connection's bytes into requests, by content-length or by chunks. */
export function createRequestReader(connectionId: number): RequestReader {
  let pending = Buffer.alloc(0);

  function take(): RawRequest | null {
    const headEnd = pending.indexOf(HEAD_END);
    if (headEnd === -1) return null;
    const head = pending.subarray(0, headEnd).toString('latin1');
    const [requestLine = '', ...lines] = head.split('\r\n');
    const [method = '', path = ''] = requestLine.split(' ');
    const headers = Object.fromEntries(
      lines.map((line) => [
        line.slice(0, line.indexOf(':')).toLowerCase(),
        line.slice(line.indexOf(':') + 1).trim(),
      ]),
    );
    const bodyStart = headEnd + HEAD_END.length;
    const rest = pending.subarray(bodyStart);
    const chunked = headers['transfer-encoding']?.includes('chunked') ?? false;
    const bodyBytes = chunked
      ? rest.indexOf(CHUNKS_END) + CHUNKS_END.length
      : Number(headers['content-length'] ?? 0);
    if (chunked ? bodyBytes < CHUNKS_END.length : rest.length < bodyBytes) return null;
    const sent = rest.subarray(0, bodyBytes);
    pending = pending.subarray(bodyStart + bodyBytes);
    return { connectionId, method, path, head, headers, body: chunked ? withoutChunks(sent) : sent };
  }

  return {
    read(chunk) {
      pending = Buffer.concat([pending, chunk]);
      const complete: RawRequest[] = [];
      for (let request = take(); request; request = take()) complete.push(request);
      return complete;
    },
  };
}

function withoutChunks(sent: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = sent.indexOf('\r\n', at);
    const size = Number.parseInt(sent.subarray(at, lineEnd).toString('latin1'), 16);
    if (lineEnd === -1 || !(size > 0)) return Buffer.concat(parts);
    parts.push(sent.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}
