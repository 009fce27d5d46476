import type { RequestLine } from '@holdfast/gateway/access-log';
import { OUTCOMES } from '@holdfast/gateway/metrics/labels';
import { duration } from '@holdfast/runtime/duration';
import { moment } from '../terminal/format.ts';
import { dim, tone } from '../terminal/paint.ts';

const LONGEST_OUTCOME = Math.max(...OUTCOMES.map(({ length }) => length));

/** Lines come one by one, so that columns are as wide as most names are. */
const USUAL_NAME = 16;
const SHORT_NAME = 10;
const LONGEST_DURATION = 8;

/** One request in one line, with the trail of its attempts when there was more to it than one that worked. */
export function printedRequest(line: RequestLine, nowMs: number): string {
  const {
    time,
    outcome,
    model,
    cluster,
    endpoint,
    stream,
    duration_ms,
    first_content_ms,
    usage,
    request_id,
  } = line;
  const parts = [
    moment(time, nowMs),
    tone(outcome) + ' '.repeat(LONGEST_OUTCOME - outcome.length),
    model.padEnd(USUAL_NAME),
    cluster.padEnd(SHORT_NAME),
    endpoint.padEnd(SHORT_NAME),
    duration(duration_ms).padStart(LONGEST_DURATION),
    ...(stream ? [`stream${first_content_ms === null ? '' : ` after ${duration(first_content_ms)}`}`] : []),
    ...(usage ? [`${usage.inputTokens ?? '?'}+${usage.outputTokens ?? '?'} tokens`] : []),
    ...(line.trail.length > 1 || line.trail.some(({ result }) => result !== 'ok') ? [trailOf(line)] : []),
    dim(request_id),
  ];
  return parts.join('  ');
}

/** `[primary 502 server_error 12 ms > secondary ok 40 ms]` */
function trailOf({ trail, model }: RequestLine): string {
  const attempts = trail.map((attempt) =>
    [
      attempt.endpoint,
      ...(attempt.model === model ? [] : [`(${attempt.model})`]),
      ...(attempt.token === null ? [] : [`@${attempt.token}`]),
      ...(attempt.status === null || attempt.status === 200 ? [] : [attempt.status]),
      attempt.result,
      duration(attempt.duration_ms),
    ].join(' '),
  );
  return `[${attempts.join(' > ')}]`;
}
