import type { Answer, RateLimits } from './behaviour.ts';
import { EVERY_UPSTREAM } from './behaviours.ts';
import { type Call, protocolOf } from './call.ts';
import { anthropicError, openaiError } from './faults/fault.ts';
import { githubLimit } from './faults/github-limit.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

interface Window {
  startedAt: number;
  used: number;
}

interface Usage {
  minute: Window;
  day: Window;
  inFlight: number;
}

type Style = NonNullable<RateLimits['style']>;
type Bound = 'minute' | 'day' | 'concurrency';

interface Refusal {
  readonly bound: Bound;
  readonly limit: number;
  /** Until the window ends. */
  readonly waitMs: number;
  readonly windowS: number;
}

export type Admission =
  | { readonly admitted: true; readonly headers: Readonly<Record<string, string>>; release(): void }
  | { readonly admitted: false; readonly answer: Answer };

export interface RateCounters {
  /** Counts the request if it is let in; `release` when its exchange is over. */
  admit(call: Call, limits: RateLimits): Admission;
  /** Counts start anew: one upstream's, or all. */
  clear(upstream?: string): void;
}

/** Counts requests per upstream, account and (where the provider does) model, in fixed windows from the first request. */
export function createRateCounters(nowMs: () => number = () => performance.now()): RateCounters {
  const upstreams = new Map<string, Map<string, Usage>>();

  function usageOf(upstream: string, key: string, now: number, limits: RateLimits): Usage {
    const { minuteMs = MINUTE_MS, dayMs = DAY_MS } = limits;
    const usages = upstreams.get(upstream) ?? new Map<string, Usage>();
    upstreams.set(upstream, usages);
    const usage = usages.get(key) ?? {
      minute: { startedAt: now, used: 0 },
      day: { startedAt: now, used: 0 },
      inFlight: 0,
    };
    usages.set(key, usage);
    if (now - usage.minute.startedAt >= minuteMs) usage.minute = { startedAt: now, used: 0 };
    if (now - usage.day.startedAt >= dayMs) usage.day = { startedAt: now, used: 0 };
    return usage;
  }

  return {
    admit(call, limits) {
      const style = limits.style ?? (protocolOf(call) === 'anthropic' ? 'anthropic' : 'openai');
      const account = limits.accounts?.[call.token ?? ''] ?? call.token ?? '';
      const model = (limits.perModel ?? style === 'github') ? (call.model ?? '') : '';
      const now = nowMs();
      const usage = usageOf(call.upstream, `${account}\n${model}`, now, limits);
      const refusal = findRefusal(usage, limits, now);
      if (refusal) return { admitted: false, answer: refusalAnswer(style, refusal) };

      usage.minute.used += 1;
      usage.day.used += 1;
      usage.inFlight += 1;
      return {
        admitted: true,
        headers: remainingHeaders(style, usage, limits, now),
        release: () => {
          usage.inFlight -= 1;
        },
      };
    },
    clear(upstream) {
      if (upstream === undefined || upstream === EVERY_UPSTREAM) upstreams.clear();
      else upstreams.delete(upstream);
    },
  };
}

function findRefusal(usage: Usage, limits: RateLimits, now: number): Refusal | null {
  const { concurrency, perDay, perMinute, minuteMs = MINUTE_MS, dayMs = DAY_MS } = limits;
  if (concurrency !== undefined && usage.inFlight >= concurrency) {
    return { bound: 'concurrency', limit: concurrency, waitMs: 0, windowS: 0 };
  }
  if (perDay !== undefined && usage.day.used >= perDay) {
    return { bound: 'day', limit: perDay, waitMs: usage.day.startedAt + dayMs - now, windowS: dayMs / 1000 };
  }
  if (perMinute !== undefined && usage.minute.used >= perMinute) {
    const waitMs = usage.minute.startedAt + minuteMs - now;
    return { bound: 'minute', limit: perMinute, waitMs, windowS: minuteMs / 1000 };
  }
  return null;
}

function refusalAnswer(style: Style, refusal: Refusal): Answer {
  const waitS = Math.ceil(refusal.waitMs / 1000);
  switch (style) {
    case 'github':
      return githubLimit({ type: GITHUB_TYPES[refusal.bound], ...refusal, waitS });
    case 'anthropic':
      return anthropicError(429, 'rate_limit_error', ANTHROPIC_TEXTS[refusal.bound], {
        'retry-after': `${waitS}`,
        'anthropic-ratelimit-requests-limit': `${refusal.limit}`,
        'anthropic-ratelimit-requests-remaining': '0',
        'anthropic-ratelimit-requests-reset': new Date(Date.now() + refusal.waitMs).toISOString(),
        'x-should-retry': 'true',
      });
    case 'openrouter':
      return openrouterRefusal(refusal);
    case 'openai':
      return openaiError(
        429,
        {
          message: `Rate limit reached for requests per ${OPENAI_BOUNDS[refusal.bound]}: Limit ${refusal.limit}, Used ${refusal.limit}, Requested 1. Please try again in ${waitS}s.`,
          type: 'requests',
          code: 'rate_limit_exceeded',
        },
        {
          'retry-after': `${waitS}`,
          'x-ratelimit-limit-requests': `${refusal.limit}`,
          'x-ratelimit-remaining-requests': '0',
          'x-ratelimit-reset-requests': `${waitS}s`,
        },
      );
  }
}

const GITHUB_TYPES = {
  minute: 'UserByModelByMinute',
  day: 'UserByModelByDay',
  concurrency: 'UserConcurrentRequests',
} as const satisfies Record<Bound, string>;

const ANTHROPIC_TEXTS = {
  minute: 'This request would exceed the rate limit for your organization of requests per minute',
  day: 'This request would exceed the rate limit for your organization of requests per day',
  concurrency: 'Number of concurrent connections has exceeded your rate limit',
} as const satisfies Record<Bound, string>;

const OPENAI_BOUNDS = {
  minute: 'min (RPM)',
  day: 'day (RPD)',
  concurrency: 'connection',
} as const satisfies Record<Bound, string>;

function openrouterRefusal({ bound, limit, waitMs }: Refusal): Answer {
  const headers = {
    'X-RateLimit-Limit': `${limit}`,
    'X-RateLimit-Remaining': '0',
    'X-RateLimit-Reset': `${Math.ceil(Date.now() + waitMs)}`,
  };
  const message = `Rate limit exceeded: free-models-per-${bound === 'day' ? 'day' : 'min'}`;
  return {
    status: 429,
    headers,
    body: {
      error: { code: 429, message, metadata: { headers, provider_name: null } },
      user_id: 'user_simulated',
    },
  };
}

/** What a served answer says about the limits, where the provider says it. */
function remainingHeaders(
  style: Style,
  usage: Usage,
  limits: RateLimits,
  now: number,
): Record<string, string> {
  const { perMinute, minuteMs = MINUTE_MS } = limits;
  if (perMinute === undefined || style === 'openrouter' || style === 'github') return {};
  const prefix = style === 'anthropic' ? 'anthropic-ratelimit-requests' : 'x-ratelimit';
  const name = (field: string) =>
    style === 'anthropic' ? `${prefix}-${field}` : `${prefix}-${field}-requests`;
  const waitMs = usage.minute.startedAt + minuteMs - now;
  return {
    [name('limit')]: `${perMinute}`,
    [name('remaining')]: `${Math.max(0, perMinute - usage.minute.used)}`,
    [name('reset')]:
      style === 'anthropic' ? new Date(Date.now() + waitMs).toISOString() : `${Math.ceil(waitMs / 1000)}s`,
  };
}
