import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import type { Logger } from './logger.ts';

export interface HttpError {
  readonly status: number;
  readonly message: string;
  readonly code: string;
  /** The field or parameter at fault. */
  readonly param?: string;
}

/** The services' one shape of an error: `{"error": {"message", "type", "code", "param"}}`. */
export function sendError(response: Response, { status, message, code, param }: HttpError): void {
  const type =
    status === 401 ? 'authentication_error' : status < 500 ? 'invalid_request_error' : 'server_error';
  response.status(status).json({ error: { message, type, code, param: param ?? null } });
}

/** For what no route serves; lists what there is. */
export function notFound(routes: readonly string[]): RequestHandler {
  return (request, response) => {
    sendError(response, {
      status: 404,
      code: 'not_found',
      message: `No route ${request.method} ${request.path.slice(0, 100)}. There is: ${routes.join(', ')}.`,
    });
  };
}

/** Last in the chain: unreadable bodies are the caller's fault, anything else is ours and tells nothing. */
export function onHttpError(logger: Logger): ErrorRequestHandler {
  return (error: { status?: unknown; type?: unknown }, _request, response, next) => {
    if (response.headersSent) return next(error);
    if (error.type === 'entity.parse.failed') {
      return sendError(response, {
        status: 400,
        code: 'invalid_json',
        message: 'The body is not valid JSON.',
        param: 'body',
      });
    }
    if (error.type === 'entity.too.large') {
      return sendError(response, {
        status: 413,
        code: 'body_too_large',
        message: 'The body is too large.',
        param: 'body',
      });
    }
    if (typeof error.status === 'number' && error.status >= 400 && error.status < 500) {
      return sendError(response, {
        status: 400,
        code: 'bad_request',
        message: 'The request cannot be read.',
      });
    }
    logger.error({ err: error }, 'request failed');
    sendError(response, { status: 500, code: 'internal_error', message: 'Internal error.' });
  };
}
