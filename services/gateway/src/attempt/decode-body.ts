import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Body, BodyEvents } from './bodies.ts';

const DECODERS: Readonly<Record<string, typeof createGunzip | typeof createBrotliDecompress>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

const MAX_DECODED_BYTES = 32 * 1024 * 1024;

/**
 * A body that came compressed although `identity` was asked for: one layer is decoded, with a cap on what comes out;
 * chains and broken data are a fault of the endpoint (FAULTS N19).
 */
export function decoded(body: Body, encoding: string, events: BodyEvents): Body {
  const fail = (detail: string) =>
    events.found({ kind: 'transport', cause: 'encoding', reusedSocket: false, detail }, null);
  const create = DECODERS[encoding.trim().toLowerCase()];
  if (!create)
    return {
      ...inert(body),
      push: () => fail(`content-encoding ${encoding.slice(0, 40)}`),
      end: () => fail('content-encoding'),
    };

  const decoder = create();
  let finished = false;
  let out = 0;
  decoder.on('data', (chunk: Buffer) => {
    out += chunk.length;
    if (out > MAX_DECODED_BYTES) {
      decoder.destroy();
      fail('decoded body too large');
    } else {
      body.push(chunk);
    }
  });
  decoder.on('end', () => body.end());
  decoder.on('error', () => fail('broken compressed body'));

  return Object.defineProperties(inert(body), {
    push: { value: (chunk: Buffer) => void decoder.write(chunk) },
    end: {
      value: () => {
        finished = true;
        decoder.end();
      },
    },
    finished: { get: () => finished },
  });
}

/** The same view of `body`, live. */
function inert(body: Body): Body {
  return {
    push: () => {},
    end: () => {},
    completeWithoutEnd: () => body.completeWithoutEnd(),
    held: () => body.held(),
    get finished() {
      return body.finished;
    },
    get answer() {
      return body.answer;
    },
    get finding() {
      return body.finding;
    },
    get usage() {
      return body.usage;
    },
    get model() {
      return body.model;
    },
  };
}
