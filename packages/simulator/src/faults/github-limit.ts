import type { Answer } from '../behaviour.ts';

export interface GithubLimit {
  readonly type: 'UserByModelByMinute' | 'UserByModelByDay' | 'UserConcurrentRequests';
  readonly limit: number;
  readonly windowS: number;
  readonly waitS: number;
}

/** GitHub Models' 429: which limit it was stands in `x-ratelimit-type`, the wait in two headers and in prose. */
export function githubLimit({ type, limit, windowS, waitS }: GithubLimit): Answer {
  const message = `Rate limit of ${limit} per ${windowS}s exceeded for ${type}. Please wait ${waitS} seconds before retrying.`;
  return {
    status: 429,
    headers: {
      'retry-after': `${waitS}`,
      'x-ratelimit-type': type,
      'x-ratelimit-timeremaining': `${waitS}`,
      'x-ms-error-code': 'RateLimitReached',
    },
    body: { error: { code: 'RateLimitReached', message, details: message } },
  };
}
