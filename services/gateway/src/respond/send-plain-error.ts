import type { ServerResponse } from 'node:http';

export interface PlainError {
  readonly status: number;
  readonly message: string;
  /** Default: the request is wrong. */
  readonly type?: string;
  readonly code?: string;
}

/** An error outside the client API's dialects: `{"error": {"message", "type", "code", "param"}}`, as OpenAI's clients read it. */
export function sendPlainError(
  response: ServerResponse,
  { status, message, type = 'invalid_request_error', code }: PlainError,
): void {
  const body = JSON.stringify({ error: { message, type, code: code ?? null, param: null } });
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
