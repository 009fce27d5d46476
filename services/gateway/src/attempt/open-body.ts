import { AnswerBody } from './answer-body.ts';
import type { AttemptOrder } from './attempt.ts';
import type { Body, BodyEvents } from './bodies.ts';
import { decoded } from './decode-body.ts';
import { refusalBody } from './refusal-body.ts';
import { StreamBody } from './stream-body.ts';

/** As undici gives them: lower-case names, a list where one came several times. */
export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** Chooses how to read a response by its status, its type and what was asked for. */
export function openBody(
  order: AttemptOrder,
  status: number,
  headers: ResponseHeaders,
  events: BodyEvents,
): Body {
  const contentType = (single(headers['content-type']) ?? '').toLowerCase();
  const body =
    status >= 200 && status < 300
      ? order.wantsStream && contentType.startsWith('text/event-stream')
        ? new StreamBody(order, status, events)
        : new AnswerBody(order, status, contentType, events)
      : refusalBody(status, flatten(headers), events);
  const encoding = single(headers['content-encoding']);
  return encoding && encoding !== 'identity' ? decoded(body, encoding, events) : body;
}

const single = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value.join(', ') : value;

/** One string each, in an object without a prototype: names come from the network. */
function flatten(headers: ResponseHeaders): Record<string, string> {
  const flat: Record<string, string> = Object.create(null);
  for (const name in headers) {
    const value = single(headers[name]);
    if (value !== undefined) flat[name] = value;
  }
  return flat;
}
