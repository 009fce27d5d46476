import type { Answer } from '../behaviour.ts';
import type { Protocol } from '../call.ts';

/** The request a fault answers, where its bytes depend on it. */
export interface FaultCall {
  readonly protocol: Protocol;
  readonly stream: boolean;
  readonly model: string | null;
}

/** A provider's complete answer, or how to make it for one request. */
export type Fault = Answer | ((call: FaultCall) => Answer);

/** `{"error": {...}}` as OpenAI and those who copy it write it. */
export function openaiError(
  status: number,
  error: {
    readonly message: string;
    readonly type: string | null;
    readonly code: string | number | null;
    readonly param?: string | null;
  },
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const { message, type, code, param = null } = error;
  return { status, headers, body: { error: { message, type, param, code } } };
}

export function anthropicError(
  status: number,
  type: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const request_id = 'req_011CSimulator';
  return {
    status,
    headers: { 'request-id': request_id, ...headers },
    body: { type: 'error', error: { type, message }, request_id },
  };
}

export function htmlPage(status: number, title: string, server: string, detail = ''): Answer {
  return {
    status,
    headers: { 'content-type': 'text/html', server },
    body: `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n${detail}<hr><center>${server}</center>\r\n</body>\r\n</html>\r\n`,
  };
}
