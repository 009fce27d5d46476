import { type HttpError, onHttpError, sendError } from '@holdfast/runtime/http-error';
import type { Logger } from '@holdfast/runtime/logger';
import type { ErrorRequestHandler } from 'express';
import { isTypeMismatch } from '../store/database-error.ts';
import { StoreUnavailable } from '../store/store.ts';

/** An error with the answer its caller gets. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly answer: HttpError;

  constructor(answer: HttpError) {
    super(answer.message);
    this.answer = answer;
  }
}

export const badField = (param: string, message: string): ApiError =>
  new ApiError({ status: 400, code: 'invalid_field', message: `'${param}' ${message}`, param });

export const unknownPost = (): ApiError =>
  new ApiError({ status: 404, code: 'post_not_found', message: 'There is no such post.', param: 'post_id' });

const RETRY_AFTER_S = '5';

/** The one place where errors become answers. */
export function answerErrors(logger: Logger): ErrorRequestHandler {
  const answerOthers = onHttpError(logger);
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    if (error instanceof ApiError) return sendError(response, error.answer);
    if (error instanceof StoreUnavailable) {
      response.set('retry-after', RETRY_AFTER_S);
      const message = 'The database does not work just now; the same request may be sent again.';
      return sendError(response, { status: 503, code: 'database_unavailable', message });
    }
    if (isTypeMismatch(error)) {
      return sendError(response, badField('id', 'or user_id does not fit the type of its column').answer);
    }
    answerOthers(error, request, response, next);
  };
}
