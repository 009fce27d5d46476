import type { OutgoingHttpHeaders } from 'node:http';
import { idOf } from './answers/dialect-answer.ts';
import type { Answer } from './behaviour.ts';
import { type Call, protocolOf } from './call.ts';
import { firstBytes, totalBytes } from './recut.ts';
import { refuseRequest } from './refuse-request.ts';
import type { Reply, Step } from './reply.ts';
import { bytesOf, type ReplyContent, replyContent } from './reply-content.ts';

/** Decides everything about the answer to one request; what is left is to play the steps. */
export function planReply(call: Call, asked: Answer, random: () => number): Reply {
  const latency = latencySteps(asked, random);
  const cut = cutBeforeHeaders(asked);
  if (cut) return [...latency, cut];
  if (asked.raw !== undefined) {
    return [...latency, { do: 'raw', bytes: bytesOf(asked.raw) }, endOfRaw(asked)];
  }
  const answer = generated(asked) ? (refuseRequest(call, asked) ?? asked) : asked;
  const content = replyContent(call, answer);
  if (asked.stall === 'after_headers')
    return [...latency, head(call, answer, content, true), { do: 'stall' }];
  const waits = asked.firstByteMs !== undefined || asked.padding !== undefined;
  return [...latency, head(call, answer, content, waits), ...bodySteps(asked, content)];
}

/** The answer comes from the dialect, which looks at the request first. */
function generated({ status = 200, body }: Answer): boolean {
  return body === undefined && status < 400;
}

function latencySteps({ latencyMs }: Answer, random: () => number): Step[] {
  if (latencyMs === undefined) return [];
  if (typeof latencyMs === 'number') return [{ do: 'wait', ms: latencyMs }];
  const [least, most] = latencyMs;
  return [{ do: 'wait', ms: least + random() * (most - least) }];
}

function cutBeforeHeaders({ reset, close, stall }: Answer): Step | null {
  if (stall === 'before_headers') return { do: 'stall' };
  if (reset === 'on_accept' || reset === 'before_headers') return { do: 'rst' };
  if (close === 'on_accept' || close === 'before_headers') return { do: 'fin' };
  return null;
}

function endOfRaw({ close, reset, stall }: Answer): Step {
  if (reset) return { do: 'rst' };
  return close === 'never' || stall ? { do: 'stall' } : { do: 'fin' };
}

function head(call: Call, answer: Answer, content: ReplyContent, flush: boolean): Step {
  const { status = 200, encoding, close, contentLengthDelta = 0 } = answer;
  const framing = framingOf(answer, content);
  const headers: OutgoingHttpHeaders = {
    'content-type': content.contentType,
    [protocolOf(call) === 'anthropic' ? 'request-id' : 'x-request-id']: idOf('req_', call),
  };
  if (content.streamed) headers['cache-control'] = 'no-cache';
  if (framing === 'content-length')
    headers['content-length'] = totalBytes(content.pieces) + contentLengthDelta;
  if (encoding) headers['content-encoding'] = encoding === 'br' ? 'br' : 'gzip';
  if (close === 'after') headers.connection = 'close';
  for (const [name, value] of Object.entries(answer.headers ?? {})) {
    headers[name.toLowerCase()] = typeof value === 'string' ? value : [...value];
  }
  return { do: 'head', status, headers, flush, untilClose: framing === 'close' };
}

function framingOf({ framing, padding, endless }: Answer, { streamed }: ReplyContent) {
  return framing ?? (streamed || padding || endless ? 'chunked' : 'content-length');
}

/** What OpenRouter sends while it waits. */
const PADDING = Buffer.from('\n         \n');

function bodySteps(answer: Answer, content: ReplyContent): Step[] {
  const { firstByteMs, padding, endless } = answer;
  const midway = midBodyEnd(answer);
  const pieces = midway
    ? firstBytes(content.pieces, Math.floor(totalBytes(content.pieces) / 2))
    : content.pieces;
  const steps: Step[] = firstByteMs === undefined ? [] : [{ do: 'wait', ms: firstByteMs }];
  for (let time = 0; time < (padding?.times ?? 0); time++) {
    steps.push({ do: 'write', bytes: PADDING }, { do: 'wait', ms: padding?.everyMs ?? 0 });
  }
  if (endless) return [...steps, { do: 'repeat', pieces }];

  const end = midway ?? bodyEnd(answer, content);
  const [only] = pieces;
  if (pieces.length === 1 && only && end.do === 'end') return [...steps, { do: 'end', bytes: only }];
  for (const [index, bytes] of pieces.entries()) {
    if (index > 0 && content.gapMs !== null) steps.push({ do: 'wait', ms: content.gapMs });
    steps.push({ do: 'write', bytes });
  }
  steps.push(end);
  return steps;
}

function midBodyEnd({ stall, reset, close }: Answer): Step | null {
  if (stall === 'mid_body') return { do: 'stall' };
  if (reset === 'mid_body') return { do: 'rst' };
  return close === 'mid_body' ? { do: 'fin' } : null;
}

function bodyEnd({ close, contentLengthDelta = 0 }: Answer, { end }: ReplyContent): Step {
  if (end !== 'complete') return { do: end };
  if (close === 'after_keep_alive') return { do: 'end_then_fin' };
  // More was promised than sent: only the end of the connection ends such a body.
  return contentLengthDelta > 0 ? { do: 'fin' } : { do: 'end' };
}
