import { classify } from '@holdfast/core/classify/classify';
import type { ClassifyContext, Verdict } from '@holdfast/core/verdict';
import { readErrorBody } from '../../src/errors/read-error-body.ts';

export const nowMs = Date.UTC(2026, 5, 1, 12, 0, 0);

/** The verdict on a refusal as it comes over the wire, at an endpoint with a token pool. */
export function verdictOn(
  status: number,
  body: object | string,
  headers: Readonly<Record<string, string>> = {},
  context: Partial<ClassifyContext> = {},
): Verdict {
  const read = readErrorBody(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));
  return classify(
    { kind: 'refused', status, headers, error: read.error, body: read.body },
    { nowMs, pooled: true, ...context },
  );
}

/** OpenAI's envelope. */
export function openai(
  message: string,
  code: string | null = null,
  type: string | null = 'invalid_request_error',
  param: string | null = null,
): object {
  return { error: { message, type, param, code } };
}

/** Anthropic's envelope. */
export function anthropic(type: string, message: string): object {
  return { type: 'error', error: { type, message }, request_id: 'req_011AbCdEfGh' };
}
