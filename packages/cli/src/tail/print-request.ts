import { stripVTControlCharacters } from 'node:util';
import type { RequestLine } from '@holdfast/gateway/access-log';
import { OUTCOMES } from '@holdfast/gateway/metrics/labels';
import { duration } from '@holdfast/runtime/duration';
import { visible } from '@holdfast/runtime/visible';
import { moment } from '../terminal/format.ts';
import { dim, tone } from '../terminal/paint.ts';

const LONGEST_OUTCOME = Math.max(...OUTCOMES.map(({ length }) => length));

/** Lines come one by one, so that columns are as wide as most names are. */
const USUAL_NAME = 16;
const SHORT_NAME = 10;
const LONGEST_DURATION = 8;

/** One request in one line, with the trail of its attempts when there was more to it than one that worked. */
export function printedRequest(
  line: RequestLine,
  nowMs: number,
  columns: number | undefined = process.stdout.columns,
): string {
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
    status,
    code,
  } = line;
  const parts = [
    moment(time, nowMs),
    tone(outcome) + ' '.repeat(LONGEST_OUTCOME - outcome.length),
    visible(model).padEnd(USUAL_NAME),
    cluster.padEnd(SHORT_NAME),
    endpoint.padEnd(SHORT_NAME),
    duration(duration_ms).padStart(LONGEST_DURATION),
    ...(code === undefined ? [] : [`${status} ${code}`]),
    ...(stream ? [`stream${first_content_ms === null ? '' : ` after ${duration(first_content_ms)}`}`] : []),
    ...(usage ? [`${usage.inputTokens ?? '?'}+${usage.outputTokens ?? '?'} tokens`] : []),
    ...(line.trail.length > 1 || line.trail.some(({ result }) => result !== 'ok')
      ? trailOf(line, columns)
      : []),
    dim(request_id),
  ];
  return folded(parts, columns ?? Number.POSITIVE_INFINITY);
}

/** Where they do not fit into one line, they go on below the outcome. */
function folded(parts: readonly string[], columns: number): string {
  const lines: string[] = [];
  let line = '';
  for (const part of parts) {
    const isFull = line !== '' && widthOf(line) + GAP.length + widthOf(part) > columns;
    if (isFull) lines.push(line);
    line = isFull ? INDENT + part : line === '' ? part : line + GAP + part;
  }
  return [...lines, line].join('\n');
}

const GAP = '  ';
/** As wide as a time of today with its gap. */
const INDENT = ' '.repeat('00:00:00'.length + GAP.length);
const widthOf = (text: string): number => stripVTControlCharacters(text).length;

/** `[primary 502 server_error 12 ms > secondary ok 40 ms]` */
function trailOf({ trail, model }: RequestLine, columns: number | undefined): string[] {
  const attempts = trail.map((attempt) =>
    [
      attempt.endpoint,
      ...(attempt.model === model ? [] : [`(${visible(attempt.model)})`]),
      ...(attempt.token === null ? [] : [`@${attempt.token}`]),
      ...(attempt.status === null || attempt.status === 200 ? [] : [attempt.status]),
      attempt.result,
      duration(attempt.duration_ms),
    ].join(' '),
  );
  const whole = `[${attempts.join(' > ')}]`;
  return columns === undefined || whole.length < columns ? [whole] : whole.split(/ (?=> )/);
}
