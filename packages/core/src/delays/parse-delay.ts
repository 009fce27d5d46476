import type { Delay, ProviderError } from '../verdict.ts';
import { durationMs } from './duration.ts';
import { httpDateMs } from './http-date.ts';
import { proseDelayMs } from './prose-delay.ts';

type Headers = Readonly<Record<string, string>>;

export const MAX_DELAY_MS = 86_400_000;
/** What a stated 0 means: the provider counts in whole seconds, and now is too early. */
const ZERO_MEANS_MS = 1000;

/**
 * The delay a provider states, by the first source that has one: the most exact comes first. Header names are
 * lower-case. At least 1 s where 0 or a past time is stated, at most 24 h, never NaN; without jitter. Null when nothing is stated.
 */
export function parseDelay(headers: Headers, error: ProviderError | null, nowMs: number): Delay | null {
  const providerNowMs = httpDateMs(headers.date) ?? nowMs;
  return toDelay(
    retryAfterMs(headers, providerNowMs) ??
      number(headers['x-ratelimit-timeremaining'], 1000) ??
      anthropicResetMs(headers, providerNowMs) ??
      bucketResetMs(headers) ??
      plainResetMs(headers, providerNowMs) ??
      statedInBody(error),
  );
}

/** Only what is said outright: Retry-After in its forms, or the body. For failures that are no rate limit, whose bucket headers mean nothing. */
export function parseExplicitDelay(
  headers: Headers,
  error: ProviderError | null,
  nowMs: number,
): Delay | null {
  return toDelay(retryAfterMs(headers, httpDateMs(headers.date) ?? nowMs) ?? statedInBody(error));
}

function toDelay(ms: number | null): Delay | null {
  if (ms === null || Number.isNaN(ms)) return null;
  return { ms: ms <= 0 ? ZERO_MEANS_MS : Math.min(Math.ceil(ms), MAX_DELAY_MS), provenance: 'authoritative' };
}

function statedInBody(error: ProviderError | null): number | null {
  return error === null ? null : (error.retryAfterMs ?? proseDelayMs(error.message));
}

/** A date is measured from the response's own Date, as the two clocks need not agree (FAULTS I07). */
function retryAfterMs(headers: Headers, providerNowMs: number): number | null {
  const precise = number(headers['retry-after-ms'], 1);
  if (precise !== null) return precise;
  const value = headers['retry-after'];
  if (value === undefined || value.length > 100) return null;
  const dateMs = httpDateMs(value);
  if (dateMs !== null) return dateMs - providerNowMs;
  // A header sent twice arrives joined by a comma.
  return durationMs(value.split(',', 1)[0]!);
}

/** `anthropic-ratelimit-<bucket>-reset`, an RFC 3339 time, of the buckets that are empty. */
function anthropicResetMs(headers: Headers, providerNowMs: number): number | null {
  return latest(headers, /^anthropic-ratelimit-(.{1,60})-reset$/, (bucket, value) => {
    const atMs = isZero(headers[`anthropic-ratelimit-${bucket}-remaining`]) ? httpDateMs(value) : null;
    return atMs === null ? null : atMs - providerNowMs;
  });
}

/** `x-ratelimit-reset-<bucket>`, a Go duration or seconds, of the buckets that are empty: the others may well describe the day. */
function bucketResetMs(headers: Headers): number | null {
  return latest(headers, /^x-ratelimit-reset-(.{1,60})$/, (bucket, value) =>
    isZero(headers[`x-ratelimit-remaining-${bucket}`]) && value.length < 100 ? durationMs(value) : null,
  );
}

const EPOCH_SECONDS_FROM = 1e9;
const EPOCH_MS_FROM = 1e12;

/** `x-ratelimit-reset` (OpenRouter: epoch ms; GitHub: epoch s) and `ratelimit-reset` (IETF draft: seconds), of an empty bucket. */
function plainResetMs(headers: Headers, providerNowMs: number): number | null {
  for (const prefix of ['x-ratelimit', 'ratelimit']) {
    const value = isZero(headers[`${prefix}-remaining`]) ? number(headers[`${prefix}-reset`], 1) : null;
    if (value === null) continue;
    if (value >= EPOCH_MS_FROM) return value - providerNowMs;
    return value >= EPOCH_SECONDS_FROM ? value * 1000 - providerNowMs : value * 1000;
  }
  return null;
}

function latest(
  headers: Headers,
  name: RegExp,
  read: (bucket: string, value: string) => number | null,
): number | null {
  let found: number | null = null;
  for (const [header, value] of Object.entries(headers)) {
    const bucket = name.exec(header)?.[1];
    const ms = bucket === undefined ? null : read(bucket, value);
    if (ms !== null) found = Math.max(found ?? ms, ms);
  }
  return found;
}

function isZero(value: string | undefined): boolean {
  return number(value, 1) === 0;
}

function number(value: string | undefined, unitMs: number): number | null {
  if (value === undefined || value.length > 40) return null;
  const trimmed = value.trim();
  return /^\d+(?:\.\d+)?$/.test(trimmed) ? Number(trimmed) * unitMs : null;
}
