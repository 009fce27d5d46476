import { brotliCompressSync, gzipSync } from 'node:zlib';
import { JSON_TYPE, SSE_TYPE } from './answers/dialect-answer.ts';
import { healthyAnswer } from './answers/healthy-answer.ts';
import type { Answer, Body } from './behaviour.ts';
import { type Call, protocolOf } from './call.ts';
import { dialectError } from './dialect-error.ts';
import { isRecord } from './json.ts';
import { type Pieces, recutAt, recutEvery } from './recut.ts';
import { type StreamEnd, streamEvents } from './stream-events.ts';

export interface ReplyContent extends Pieces {
  readonly contentType: string;
  readonly streamed: boolean;
  readonly end: StreamEnd;
}

/** The body of an answer as bytes, in the pieces in which it is to be written. */
export function replyContent(call: Call, answer: Answer): ReplyContent {
  const plain = plainContent(call, answer);
  return { ...plain, ...cutForWriting(encode(withBom(plain.pieces, answer), answer), plain.gapMs, answer) };
}

function plainContent(call: Call, answer: Answer): ReplyContent {
  const { status = 200, body } = answer;
  if (body !== undefined) return whole(bytesOf(body), typeOfBody(body, call, status));
  if (status >= 400) {
    const error = dialectError(protocolOf(call), status, `Simulated ${status}`);
    return whole(Buffer.from(JSON.stringify(error)), JSON_TYPE);
  }
  const healthy = healthyAnswer(call, answer);
  const streamed = answer.as === undefined ? call.stream : answer.as !== 'json';
  const parts = streamed ? healthy.stream() : null;
  if (!parts) return whole(toBuffer(healthy.whole()), healthy.contentType);
  const { contentType, events, end } = streamEvents(parts, answer);
  const pieces = events.map((event) => Buffer.from(event));
  return { contentType, pieces, gapMs: answer.chunkDelayMs ?? null, streamed: true, end };
}

function whole(bytes: Buffer, contentType: string): ReplyContent {
  return { contentType, pieces: [bytes], gapMs: null, streamed: false, end: 'complete' };
}

function toBuffer(value: string | Buffer): Buffer {
  return typeof value === 'string' ? Buffer.from(value) : value;
}

/** The bytes of a body as a behaviour spells it. */
export function bytesOf(body: Body): Buffer {
  if (typeof body === 'string') return Buffer.from(body);
  if (isRecord(body) && typeof body.base64 === 'string' && Object.keys(body).length === 1) {
    return Buffer.from(body.base64, 'base64');
  }
  return Buffer.from(JSON.stringify(body));
}

function typeOfBody(body: Body, call: Call, status: number): string {
  const text = typeof body === 'string' ? body : typeof body === 'object' && 'base64' in body ? '' : '{';
  if (/^\s*[{[]/.test(text)) return JSON_TYPE;
  if (/^\s*</.test(text)) return 'text/html';
  if (/^(data|event|id|retry)?:/.test(text)) return SSE_TYPE;
  return call.stream && status < 300 ? SSE_TYPE : JSON_TYPE;
}

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

function withBom(pieces: readonly Buffer[], { bom }: Answer): readonly Buffer[] {
  if (!bom) return pieces;
  const [first = Buffer.alloc(0), ...rest] = pieces;
  return [Buffer.concat([BOM, first]), ...rest];
}

function encode(pieces: readonly Buffer[], { encoding }: Answer): readonly Buffer[] {
  if (encoding === undefined) return pieces;
  const bytes = Buffer.concat(pieces);
  const packed = encoding === 'br' ? brotliCompressSync(bytes) : gzipSync(bytes);
  return [encoding === 'gzip_truncated' ? packed.subarray(0, Math.ceil(packed.length / 2)) : packed];
}

/** `drip` and `splitAt` cut the whole body anew; the pauses between events are then theirs. */
function cutForWriting(pieces: readonly Buffer[], gapMs: number | null, { drip, splitAt }: Answer): Pieces {
  if (drip) return { pieces: recutEvery(pieces, drip.bytes), gapMs: drip.everyMs };
  if (!splitAt) return { pieces, gapMs };
  const recut = isOffsets(splitAt) ? recutAt(pieces, splitAt) : recutEvery(pieces, splitAt.every);
  return { pieces: recut, gapMs: gapMs ?? 0 };
}

function isOffsets(splitAt: NonNullable<Answer['splitAt']>): splitAt is readonly number[] {
  return Array.isArray(splitAt);
}
