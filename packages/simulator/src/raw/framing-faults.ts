import { chunk, completeResponse, firstHalf, type GoodAnswer, goodAnswer, head } from './good-answer.ts';
import { type NetworkFault, scripted } from './network-fault.ts';
import type { RawConnection } from './raw-connection.ts';

/** Answers each request of a connection with these bytes, then closes if asked to. */
function answering(
  name: string,
  shows: NetworkFault['shows'],
  answer: (good: GoodAnswer) => string | Buffer | readonly (string | Buffer)[],
  after: 'keep' | 'fin' | 'rst' = 'keep',
): NetworkFault {
  return scripted(name, shows, async (connection) => {
    for (let request = await connection.nextRequest(); request; request = await connection.nextRequest()) {
      const bytes = answer(goodAnswer(request));
      for (const part of Array.isArray(bytes) ? bytes : [bytes])
        await connection.write(part as string | Buffer);
      if (after === 'fin') connection.end();
      if (after === 'rst') connection.reset();
      if (after !== 'keep') return;
    }
  });
}

const HEADERS_DRIP_MS = 200;
const MAX_HEADER_BYTES = 16 * 1024;

async function dripHeaders(connection: RawConnection): Promise<void> {
  if (!(await connection.nextRequest())) return;
  await connection.write('HTTP/1.1 200 OK\r\nx-slow: ');
  while (connection.isOpen()) {
    await connection.pause(HEADERS_DRIP_MS);
    await connection.write('x');
  }
}

export const lateHeaders: readonly NetworkFault[] = [
  scripted('headers never come', 'timeout', () => {}),
  scripted('headers drip, a byte every 200 ms', 'timeout', dripHeaders),
];

export const notHttp: readonly NetworkFault[] = [
  answering('garbage instead of a response', 'error', () =>
    Buffer.from([0x16, 0x03, 0x00, 0xff, 0x0d, 0x0a, 0x00, 0x7f]),
  ),
  answering('headers with bare line feeds', 'error', ({ contentType, body }) => [
    `HTTP/1.1 200 OK\ncontent-type: ${contentType}\ncontent-length: ${body.length}\n\n`,
    body,
  ]),
  answering('a chunk size that is no number', 'error', ({ contentType, body }) => [
    head('200 OK', [`content-type: ${contentType}`, 'transfer-encoding: chunked']),
    'zz\r\n',
    body,
    '\r\n0\r\n\r\n',
  ]),
];

export const hugeHeaders: readonly NetworkFault[] = [
  answering('a header block over 16 KiB', 'error', ({ contentType, body }) => [
    head('200 OK', [
      `content-type: ${contentType}`,
      `content-length: ${body.length}`,
      `x-huge: ${'x'.repeat(MAX_HEADER_BYTES + 1024)}`,
    ]),
    body,
  ]),
];

export const lengthTooLong: readonly NetworkFault[] = [
  answering(
    'content-length longer than the body, then FIN',
    'error',
    ({ contentType, body }) => [
      head('200 OK', [`content-type: ${contentType}`, `content-length: ${body.length + 100}`]),
      body,
    ],
    'fin',
  ),
];

export const lengthTooShort: readonly NetworkFault[] = [
  answering(
    'content-length shorter than the body',
    'content',
    ({ contentType, body }) => [
      head('200 OK', [`content-type: ${contentType}`, `content-length: ${firstHalf(body).length}`]),
      body,
    ],
    'fin',
  ),
];

export const noFraming: readonly NetworkFault[] = [
  answering(
    'HTTP/1.0 style: half a body, then FIN',
    'content',
    ({ contentType, body }) => [`HTTP/1.0 200 OK\r\ncontent-type: ${contentType}\r\n\r\n`, firstHalf(body)],
    'fin',
  ),
];

function chunkedHead({ contentType }: GoodAnswer): string {
  return head('200 OK', [`content-type: ${contentType}`, 'transfer-encoding: chunked']);
}

export const cutChunks: readonly NetworkFault[] = [
  answering(
    'chunked without terminator, then FIN',
    'error',
    (good) => [chunkedHead(good), chunk(firstHalf(good.body))],
    'fin',
  ),
  answering(
    'RST in the middle of a chunk',
    'error',
    (good) => [chunkedHead(good), `${good.body.length.toString(16)}\r\n`, firstHalf(good.body)],
    'rst',
  ),
];

export const contradictoryFraming: readonly NetworkFault[] = [
  answering('two content-lengths', 'error', ({ contentType, body }) => [
    head('200 OK', [
      `content-type: ${contentType}`,
      `content-length: ${body.length}`,
      `content-length: ${body.length + 1}`,
    ]),
    body,
  ]),
  answering('content-length and transfer-encoding', 'error', ({ contentType, body }) => [
    head('200 OK', [
      `content-type: ${contentType}`,
      `content-length: ${body.length}`,
      'transfer-encoding: chunked',
    ]),
    chunk(body),
    '0\r\n\r\n',
  ]),
];

export const interimResponses: readonly NetworkFault[] = [
  answering('100 Continue that nobody asked for', 'error', (good) => [
    'HTTP/1.1 100 Continue\r\n\r\n',
    completeResponse(good),
  ]),
  answering('103 Early Hints', 'nothing', (good) => [
    'HTTP/1.1 103 Early Hints\r\nlink: </x>; rel=preload\r\n\r\n',
    completeResponse(good),
  ]),
];

const POISON: GoodAnswer = {
  contentType: 'application/json',
  body: Buffer.from(
    '{"id":"poison","choices":[{"message":{"role":"assistant","content":"someone else\'s answer"}}]}',
  ),
};

export const poisonedQueue: readonly NetworkFault[] = [
  scripted('a second response on the idle connection', 'nothing', async (connection) => {
    for (let request = await connection.nextRequest(); request; request = await connection.nextRequest()) {
      await connection.write(completeResponse(goodAnswer(request)));
      await connection.pause(5);
      await connection.write(completeResponse(POISON));
    }
  }),
];
