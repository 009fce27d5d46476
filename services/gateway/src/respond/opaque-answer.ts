import type { IncomingMessage, ServerResponse } from 'node:http';
import { classify } from '@holdfast/core/classify/classify';
import { transportCause } from '@holdfast/core/transport-cause';
import type { Verdict } from '@holdfast/core/verdict';
import { dialects } from '@holdfast/dialects/dialects';
import { MAX_ERROR_BYTES, readErrorBody } from '@holdfast/dialects/errors/read-error-body';
import { scrubProviderError } from '@holdfast/dialects/errors/scrub-provider-error';
import { flatHeaders } from '@holdfast/dialects/response-headers';
import { Collector } from '../collector.ts';

/** Headers of a provider's answer that are about the answer; all others stay here. */
const KEPT_HEADERS = ['content-type', 'content-length', 'content-encoding', 'content-disposition'] as const;

export interface OpaqueAnswer {
  readonly requestId: string;
  readonly endpoint: string;
  readonly cluster: string;
  readonly pooled: boolean;
  /** What the provider was asked with: it may echo it. */
  readonly credential: string | null;
  readonly nowMs: number;
  /** What became of the call; null until that is known. */
  verdict: Verdict | null;
}

/** Hands on what a provider answers to a call that is passed through: a success as it comes, a failure in our words. */
export function sendOpaqueAnswer(
  incoming: IncomingMessage,
  response: ServerResponse,
  answer: OpaqueAnswer,
): void {
  const status = incoming.statusCode ?? 502;
  if (status >= 200 && status < 300) {
    response.writeHead(status, [...keptHeaders(incoming), ...ownHeaders(answer)]);
    incoming.on('end', () => {
      answer.verdict = classify({ kind: 'success' }, answer);
    });
    incoming.on('error', (error) => {
      answer.verdict = classify(
        { kind: 'transport', cause: transportCause(error, true).cause, reusedSocket: false, detail: '' },
        answer,
      );
      response.destroy();
    });
    response.on('close', () => incoming.destroy());
    incoming.pipe(response);
    return;
  }
  const collector = new Collector(MAX_ERROR_BYTES);
  let told = false;
  const tell = () => {
    if (told) return;
    told = true;
    sendRefusal(status, incoming, collector.take(), response, answer);
    incoming.destroy();
  };
  incoming.on('data', (chunk: Buffer) => {
    if (!collector.add(chunk)) tell();
  });
  incoming.on('end', tell);
  incoming.on('error', tell);
}

function sendRefusal(
  status: number,
  incoming: IncomingMessage,
  bytes: Buffer,
  response: ServerResponse,
  answer: OpaqueAnswer,
): void {
  const { error, body } = readErrorBody(bytes);
  const headers = flatHeaders(incoming.headers);
  const verdict = classify({ kind: 'refused', status, headers, error, body }, answer);
  answer.verdict = verdict;
  const theirs = verdict.passThrough ? scrubProviderError(error, answer.credential) : null;
  sendOpaqueError(response, answer, verdict.clientStatus, {
    message: theirs?.message || `${answer.endpoint} ${verdict.summary}. A body of this kind is not retried.`,
    type: theirs ? (theirs.type ?? 'invalid_request_error') : 'upstream_error',
    code: theirs ? theirs.code : 'all_attempts_failed',
    param: theirs?.param ?? null,
  });
}

interface OpaqueError {
  readonly message: string;
  readonly type: string;
  readonly code: string | null;
  readonly param: string | null;
}

export function sendOpaqueError(
  response: ServerResponse,
  answer: OpaqueAnswer,
  status: number,
  { message, type, code, param }: OpaqueError,
): void {
  if (response.headersSent) return void response.destroy();
  const { requestId } = answer;
  const body = dialects['openai-chat'].errorBody({ status, type, code, message, param, requestId });
  response.writeHead(status, [
    'content-type',
    'application/json',
    'content-length',
    String(body.length),
    'x-should-retry',
    'false',
    ...ownHeaders(answer),
  ]);
  response.end(body);
}

const ownHeaders = ({ requestId, endpoint, cluster }: OpaqueAnswer): string[] => [
  'x-request-id',
  requestId,
  'request-id',
  requestId,
  'x-holdfast-cluster',
  cluster,
  'x-holdfast-endpoint',
  endpoint,
];

function keptHeaders({ headers }: IncomingMessage): string[] {
  return KEPT_HEADERS.flatMap((name) => {
    const value = headers[name];
    return value === undefined ? [] : [name, value];
  });
}
