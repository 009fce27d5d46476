import { readJson, readModel, readToken } from '../call.ts';
import { replyContent } from '../reply-content.ts';
import { readTarget } from '../request-target.ts';
import type { RawRequest } from './request-reader.ts';

export interface GoodAnswer {
  readonly contentType: string;
  readonly body: Buffer;
}

/** What a healthy provider would answer to this request, in its dialect, streamed if asked. */
export function goodAnswer({ method, path, headers, body, connectionId }: RawRequest): GoodAnswer {
  const json = readJson(body);
  const { operation } = readTarget(method, path);
  const call = {
    upstream: 'raw',
    path,
    operation,
    headers,
    body,
    json,
    model: readModel(json),
    token: readToken(headers),
    stream: json?.stream === true,
    sequence: connectionId,
  };
  const { contentType, pieces } = replyContent(call, {});
  return { contentType, body: Buffer.concat(pieces) };
}

/** A response head, lines ended as HTTP wants them. */
export function head(status: string, headers: readonly string[]): string {
  return [`HTTP/1.1 ${status}`, ...headers, '', ''].join('\r\n');
}

/** A complete response with its length, on a connection that stays open. */
export function completeResponse({ contentType, body }: GoodAnswer): Buffer {
  const start = head('200 OK', [`content-type: ${contentType}`, `content-length: ${body.length}`]);
  return Buffer.concat([Buffer.from(start), body]);
}

export function chunk(bytes: Buffer | string): Buffer {
  const content = Buffer.from(bytes);
  return Buffer.concat([Buffer.from(`${content.length.toString(16)}\r\n`), content, Buffer.from('\r\n')]);
}

export function firstHalf(body: Buffer): Buffer {
  return body.subarray(0, Math.floor(body.length / 2));
}
