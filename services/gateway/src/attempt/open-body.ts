import { flatHeaders, headerText, type ResponseHeaders } from '@holdfast/dialects/response-headers';
import { AnswerBody } from './answer-body.ts';
import type { AttemptOrder } from './attempt.ts';
import type { Body, BodyEvents } from './bodies.ts';
import { decoded } from './decode-body.ts';
import { refusalBody } from './refusal-body.ts';
import { StreamBody } from './stream-body.ts';

/** Chooses how to read a response by its status, its type and what was asked for. */
export function openBody(
  order: AttemptOrder,
  status: number,
  headers: ResponseHeaders,
  events: BodyEvents,
): Body {
  const contentType = (headerText(headers['content-type']) ?? '').toLowerCase();
  const body =
    status >= 200 && status < 300
      ? order.wantsStream && contentType.startsWith('text/event-stream')
        ? new StreamBody(order, status, events)
        : new AnswerBody(order, status, contentType, events)
      : refusalBody(status, flatHeaders(headers), events);
  const encoding = headerText(headers['content-encoding']);
  return encoding && encoding !== 'identity' ? decoded(body, encoding, events) : body;
}
