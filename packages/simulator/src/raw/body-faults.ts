import { brotliCompressSync, gzipSync } from 'node:zlib';
import { chunk, firstHalf, goodAnswer, head } from './good-answer.ts';
import { type NetworkFault, scripted } from './network-fault.ts';
import type { RawConnection } from './raw-connection.ts';
import type { RawRequest } from './request-reader.ts';

/** Starts a chunked answer, writes its first bytes, then does this. */
function midBody(
  name: string,
  shows: NetworkFault['shows'],
  rest: (connection: RawConnection, request: RawRequest) => Promise<void>,
  start: (body: Buffer) => Buffer | null = firstHalf,
): NetworkFault {
  return scripted(name, shows, async (connection) => {
    const request = await connection.nextRequest();
    if (!request) return;
    const { contentType, body } = goodAnswer(request);
    await connection.write(head('200 OK', [`content-type: ${contentType}`, 'transfer-encoding: chunked']));
    const first = start(body);
    if (first) await connection.write(chunk(first));
    await rest(connection, request);
  });
}

function forEver(bytes: (request: RawRequest) => string | Buffer, everyMs: number) {
  return async (connection: RawConnection, request: RawRequest): Promise<void> => {
    const piece = chunk(bytes(request));
    while (connection.isOpen()) {
      await connection.write(piece);
      await connection.pause(everyMs);
    }
  };
}

const isStream = ({ body }: RawRequest) => /"stream"\s*:\s*true/.test(body.toString());
const nothing = () => null;
const DRIP_MS = 50;

export const stalledBody: readonly NetworkFault[] = [
  midBody('half a body, then silence', 'timeout', async (connection) => connection.closed),
  midBody('headers, then silence', 'timeout', async (connection) => connection.closed, nothing),
];

export const endlessTrickle: readonly NetworkFault[] = [
  midBody(
    'comments (stream) or whitespace for ever',
    'timeout',
    forEver((request) => (isStream(request) ? ': processing\n\n' : '\n         \n'), DRIP_MS),
    nothing,
  ),
  midBody(
    'half a body, then a space at a time',
    'timeout',
    forEver(() => ' ', DRIP_MS),
  ),
];

const MEBIBYTE = 1024 * 1024;

export const unboundedBody: readonly NetworkFault[] = [
  midBody(
    'a body without end, as fast as it is read',
    'timeout',
    forEver((request) => (isStream(request) ? `data: ${'x'.repeat(MEBIBYTE)}` : 'x'.repeat(MEBIBYTE)), 0),
  ),
];

function encoded(
  name: string,
  shows: NetworkFault['shows'],
  header: string,
  encode: (body: Buffer) => Buffer,
): NetworkFault {
  return scripted(name, shows, async (connection) => {
    for (let request = await connection.nextRequest(); request; request = await connection.nextRequest()) {
      const { contentType, body } = goodAnswer(request);
      const bytes = encode(body);
      await connection.write(
        head('200 OK', [
          `content-type: ${contentType}`,
          `content-encoding: ${header}`,
          `content-length: ${bytes.length}`,
        ]),
      );
      await connection.write(bytes);
    }
  });
}

export const unaskedEncoding: readonly NetworkFault[] = [
  encoded('gzip that nobody asked for', 'content', 'gzip', (body) => gzipSync(body)),
  encoded('br that nobody asked for', 'content', 'br', (body) => brotliCompressSync(body)),
  encoded('gzip in gzip', 'content', 'gzip, gzip', (body) => gzipSync(gzipSync(body))),
  encoded('gzip cut in the middle', 'content', 'gzip', (body) => firstHalf(gzipSync(body))),
];

export const redirect: readonly NetworkFault[] = [
  scripted('302 to another path of the same upstream', 'content', async (connection) => {
    for (let request = await connection.nextRequest(); request; request = await connection.nextRequest()) {
      await connection.write(head('302 Found', ['location: /elsewhere', 'content-length: 0']));
    }
  }),
];
