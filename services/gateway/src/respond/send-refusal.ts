import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dialect } from '@holdfast/dialects/dialect';
import { leaveUnread } from '../ingress/read-body.ts';
import type { Refused } from '../ingress/receive.ts';
import { NOTHING, responseHeaders } from './response-headers.ts';

/** The error of a request that never became an exchange, in the client's dialect. */
export function sendRefusal(
  request: IncomingMessage,
  response: ServerResponse,
  dialect: Dialect,
  requestId: string,
  { status, type, code, message, param, model, headers }: Refused,
): void {
  if (!request.complete) leaveUnread(request, response);
  const by = {
    requestId,
    cluster: 'none',
    endpoint: 'none',
    model,
    attempts: 0,
    fallback: 'none',
    cache: 'off',
    dropped: NOTHING,
    limitHeaders: headers,
  } as const;
  const body = dialect.errorBody({ status, type, code, message, param, requestId });
  response.writeHead(
    status,
    responseHeaders(by, 'application/json', 'content-length', String(body.length), 'x-should-retry', 'false'),
  );
  response.end(body);
}
