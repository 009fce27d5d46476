import { answerBody } from './answer-body.ts';
import type { AttemptOrder } from './attempt.ts';
import type { Body, BodyEvents } from './bodies.ts';
import { decoded } from './decode-body.ts';
import { refusalBody } from './refusal-body.ts';
import { streamBody } from './stream-body.ts';

/** Chooses how to read a response by its status, its type and what was asked for. */
export function openBody(
  order: AttemptOrder,
  status: number,
  headers: Record<string, string | string[] | undefined>,
  events: BodyEvents,
): Body {
  const flat = flatten(headers);
  const contentType = flat['content-type'] ?? '';
  const body =
    status >= 200 && status < 300
      ? order.wantsStream && isEventStream(contentType)
        ? streamBody(order, status, events)
        : answerBody(order, status, contentType, events)
      : refusalBody(status, flat, events);
  const encoding = flat['content-encoding'];
  return encoding && encoding !== 'identity' ? decoded(body, encoding, events) : body;
}

const isEventStream = (contentType: string): boolean => contentType.startsWith('text/event-stream');

/** Lower-case names, one string each. Own object without a prototype: names come from the network. */
function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = Object.create(null);
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) flat[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return flat;
}
