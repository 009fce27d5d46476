import type { IncomingMessage, ServerResponse } from 'node:http';
import { dialects } from '@holdfast/dialects/dialects';

/** The 404 of `GET /v1/models/:id`, in the words of who asks: Anthropic's clients always send their version. */
export function sendModelNotFound(
  request: IncomingMessage,
  response: ServerResponse,
  id: string,
  requestId: string,
): void {
  const isAnthropic = request.headers['anthropic-version'] !== undefined;
  const body = dialects[isAnthropic ? 'anthropic-messages' : 'openai-chat'].errorBody({
    status: 404,
    type: 'invalid_request_error',
    code: 'model_not_found',
    message: `No route serves the model '${id.slice(0, 100)}'.`,
    param: 'model',
    requestId,
  });
  response.writeHead(404, [
    'content-type',
    'application/json',
    'content-length',
    String(body.length),
    'x-request-id',
    requestId,
    'request-id',
    requestId,
  ]);
  response.end(body);
}
