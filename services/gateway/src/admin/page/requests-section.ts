import { duration } from '@holdfast/runtime/duration';
import type { RequestLine } from '../../access-log.ts';
import type { TrailEntry } from '../../ingress/exchange.ts';
import { OUTCOMES, type Outcome } from '../../metrics/labels.ts';
import { type Html, html } from './html.ts';
import { table } from './table.ts';
import { below, clock, marked, nothing, quiet, type Tone, took } from './words.ts';

const OUTCOME: Readonly<Record<Outcome, Tone>> = {
  primary: 'good',
  cache: 'good',
  fallback: 'warn',
  canned: 'warn',
  cancelled: 'quiet',
  rejected: 'warn',
  exhausted: 'bad',
};
/** Bars are as high as the matter is grave, so that the strip can be read without colour. */
const HEIGHT: Readonly<Record<Tone, number>> = { quiet: 4, good: 8, warn: 16, bad: 24 };
const FULL_HEIGHT = 24;
const BAR = 6;

const COLUMNS = [
  { title: 'Time (UTC)' },
  { title: 'Outcome' },
  { title: 'Model' },
  { title: 'Took', numeric: true },
  { title: 'Attempts' },
  { title: 'Request' },
] as const;

/** Newest first. */
export const requestsSection = (requests: readonly RequestLine[]): Html =>
  requests.length === 0
    ? html`<p>No request has come yet.</p>`
    : html`
<p>${countsOf(requests)}</p>
${strip(requests)}
${table({ caption: 'The latest requests, newest first', columns: COLUMNS, rows: requests.map(requestRow) })}`;

/** `92 primary, 8 fallback`. */
function countsOf(requests: readonly RequestLine[]): string {
  const counts = OUTCOMES.map((outcome) => ({
    outcome,
    count: requests.filter((line) => line.outcome === outcome).length,
  }));
  return counts
    .filter(({ count }) => count > 0)
    .map(({ outcome, count }) => `${count} ${outcome}`)
    .join(', ');
}

/** A bar per request, the newest to the right; what it shows, the sentence before it says. */
function strip(requests: readonly RequestLine[]): Html {
  const bars = requests.toReversed().map(({ outcome }, index) => {
    const tone = OUTCOME[outcome];
    const height = HEIGHT[tone];
    return html`<rect class="${tone}" x="${index * BAR}" y="${FULL_HEIGHT - height}" width="${BAR - 1}" height="${height}"/>`;
  });
  return html`<svg class="strip" viewBox="0 0 ${requests.length * BAR} ${FULL_HEIGHT}" width="${requests.length * BAR}" height="${FULL_HEIGHT}" aria-hidden="true">${bars}</svg>`;
}

const requestRow = (line: RequestLine): Html[] => [
  clock(line.time),
  html`${marked(OUTCOME[line.outcome], line.outcome)}${line.code !== undefined && below(`${line.status} ${line.code}`)}`,
  html`<code>${line.model}</code>${line.cluster !== 'none' && html` ${quiet(line.cluster)}`}`,
  html`${took(line.duration_ms)}${line.stream && below(streamed(line))}`,
  trailOf(line),
  html`<code class="id">${line.request_id}</code>`,
];

const streamed = ({ first_content_ms }: RequestLine): string =>
  first_content_ms === null ? 'stream' : `stream after ${duration(first_content_ms)}`;

const trailOf = ({ trail, model }: RequestLine): Html =>
  trail.length === 0
    ? nothing
    : html`<ol class="trail">${trail.map((attempt) => html`<li>${attemptOf(attempt, model)}</li>`)}</ol>`;

const attemptOf = (
  { endpoint, model, token, result, summary, duration_ms }: TrailEntry,
  asked: string,
): Html =>
  html`${marked(result === 'ok' ? 'good' : result === 'aborted' ? 'quiet' : 'bad', endpoint)} ${
    model !== asked && html`<code>${model}</code> `
  }${token && html`${quiet(token)} `}${result}${summary !== result && html` ${quiet(summary)}`} ${took(duration_ms)}`;
