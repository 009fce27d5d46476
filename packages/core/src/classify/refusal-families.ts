import type { NetworkKey } from './network-rows.ts';
import type { ProviderKey } from './provider-rows.ts';
import {
  BAD_PARAMETER,
  byCodeOnly,
  CONCURRENCY,
  CONTENT_FILTER,
  CONTEXT_TOO_LONG,
  DAY_QUOTA,
  DEAD_KEY,
  MODEL_FAILED,
  MODEL_GONE,
  NO_MONEY,
  NOT_HERE,
  NOT_IN_PLAN,
  NOT_STORED,
  OVERLOADED,
  RATE,
  type RefusalGroup,
  TOO_LARGE,
  UNFIT,
} from './refusal-groups.ts';
import type { RefusalSignal } from './refusal-signal.ts';

export type RefusalKey = ProviderKey | Extract<NetworkKey, 'N20'>;
type Row = RefusalKey | ((signal: RefusalSignal) => RefusalKey);

/** What the statuses of one kind can mean. All codes are asked before any words. */
interface Family {
  /** In order of precedence. */
  readonly meanings: readonly (readonly [RefusalGroup, Row])[];
  /** Words count only where the status alone says little; a 5xx is the provider's failure whatever it talks about. */
  readonly words: boolean;
  readonly otherwise: Row;
}

const family = (words: boolean, otherwise: Row, ...meanings: Family['meanings']): Family => ({
  words,
  otherwise,
  meanings,
});

const BAD_REQUEST = family(
  true,
  ({ refused }) => (refused.body === 'html' ? 'P19' : 'P01'),
  [CONTENT_FILTER, 'P27'],
  [CONTEXT_TOO_LONG, 'P02'],
  [MODEL_FAILED, 'P03'],
  [NO_MONEY, 'P16'], // before the key: an account may be suspended for want of money
  [DEAD_KEY, 'P04'],
  [MODEL_GONE, 'P03/unknown'],
  [TOO_LARGE, 'P10'],
  [byCodeOnly(NOT_IN_PLAN), 'P06/plan'],
  [byCodeOnly(OVERLOADED), 'P18/overloaded'],
  [byCodeOnly(RATE), rateRow],
  [NOT_HERE, 'P06'],
  [BAD_PARAMETER, 'P01'],
);

const UNAUTHORIZED = family(
  true,
  ({ codes, text }) => (codes.length === 0 && BARE.test(text) ? 'P05/bare' : 'P05'),
  [NO_MONEY, 'P16'],
  [DEAD_KEY, 'P05'], // before the plan: Azure's refusal of a key speaks of an active subscription
  [NOT_IN_PLAN, 'P06/plan'],
);
const BARE = /^\W*(?:401\W*)?(?:unauthorized|authorization required)?\W*$/;

const PAYMENT = family(false, ({ text }) =>
  Number(/can only afford (\d{1,12})/.exec(text)?.[1] ?? 0) > 0 ? 'P07/size' : 'P07',
);

const FORBIDDEN = family(
  true,
  ({ refused }) => (refused.body === 'html' ? 'P06/wall' : 'P06'),
  [CONTENT_FILTER, 'P27'],
  [NO_MONEY, 'P16'],
  [DEAD_KEY, 'P05'],
  [MODEL_GONE, 'P08'],
  [NOT_HERE, 'P06'],
  [NOT_IN_PLAN, 'P06/plan'],
  [RATE, rateRow],
);

const NOT_FOUND = family(
  true,
  'P08',
  [byCodeOnly(CONTENT_FILTER), 'P27'],
  [UNFIT, 'P08/unfit'],
  [NOT_STORED, 'P08/stored'],
);
const TIMED_OUT = family(false, 'P09');
const CONFLICT = family(false, 'P09/conflict');
const TOO_BIG = family(false, 'P10', [CONTEXT_TOO_LONG, 'P02']);

const UNPROCESSABLE = family(
  true,
  'P11',
  [CONTENT_FILTER, 'P27'],
  [CONTEXT_TOO_LONG, 'P02'],
  [MODEL_FAILED, 'P03'],
  [MODEL_GONE, 'P03/unknown'],
);

const TOO_MANY = family(
  true,
  rateRow,
  [TOO_LARGE, 'P17'],
  [CONCURRENCY, ({ codes }) => (codes.some((code) => code.startsWith('user')) ? 'P14/user' : 'P14')],
  [NO_MONEY, 'P16'], // before the quota: a monthly spending limit is money
  [DAY_QUOTA, 'P15'],
  [OVERLOADED, 'P18/overloaded'],
);

/** Relays answer 5xx for what is no failure of theirs; only a code may say so. */
const failed = (otherwise: Row) =>
  family(
    false,
    otherwise,
    [CONTENT_FILTER, 'P27'],
    [CONTEXT_TOO_LONG, 'P02'],
    [MODEL_GONE, 'P08'],
    [NO_MONEY, 'P16'],
    [RATE, rateRow],
  );

const SERVER_ERROR = failed('P18');
const BAD_GATEWAY = failed('P19');
const GATEWAY_TIMEOUT = failed('P19/timeout');
const OVERLOAD = failed(({ refused }) => (refused.body === 'json' ? 'P18/overloaded' : 'P19/overloaded'));

/** An error inside a 200 that names no status and no code that implies one. */
const UNSTATED = family(
  true,
  'P21',
  [CONTENT_FILTER, 'P27'],
  [CONTEXT_TOO_LONG, 'P02'],
  [MODEL_FAILED, 'P03'],
  [DEAD_KEY, 'P05'],
  [MODEL_GONE, 'P08'],
  [NO_MONEY, 'P07'],
  [TOO_LARGE, 'P10'],
  [OVERLOADED, 'P18/overloaded'],
  [RATE, rateRow],
);

const BY_STATUS: Readonly<Record<number, Family>> = {
  400: BAD_REQUEST,
  401: UNAUTHORIZED,
  402: PAYMENT,
  403: FORBIDDEN,
  404: NOT_FOUND,
  405: NOT_FOUND, // a path that takes no POST is no path of this API
  408: TIMED_OUT,
  409: CONFLICT,
  410: NOT_FOUND,
  412: FORBIDDEN, // Fireworks: the account is suspended
  413: TOO_BIG,
  422: UNPROCESSABLE,
  429: TOO_MANY,
  451: FORBIDDEN,
  502: BAD_GATEWAY,
  503: OVERLOAD,
  504: GATEWAY_TIMEOUT,
  522: GATEWAY_TIMEOUT, // Cloudflare: the origin did not accept the connection in time
  524: GATEWAY_TIMEOUT, // Cloudflare: the origin took the request and did not answer within 100 s
  529: failed('P18/overloaded'), // Anthropic: overloaded
};

const EDGE = failed('P19');
const REDIRECT = family(false, 'N20');
const UNEXPECTED = family(false, 'P31');

function familyOf(status: number | null): Family {
  if (status === null) return UNSTATED;
  const known = BY_STATUS[status];
  if (known) return known;
  if (status >= 300 && status <= 399) return REDIRECT;
  if (status >= 520 && status <= 530) return EDGE; // Cloudflare's own
  return status >= 500 && status <= 599 ? SERVER_ERROR : UNEXPECTED;
}

/** The row of the catalogue for a refusal: status, then structured code, then words. */
export function refusalKey(signal: RefusalSignal): RefusalKey {
  const { meanings, words, otherwise } = familyOf(signal.status);
  const found =
    meanings.find(([meaning]) => signal.codes.some(meaning.coded)) ??
    (words ? meanings.find(([meaning]) => meaning.worded(signal)) : undefined);
  const row = found?.[1] ?? otherwise;
  return typeof row === 'function' ? row(signal) : row;
}

/** GitHub names whose limit it is, in a header or in the text: `UserByModelByMinute`, `UserByMinute`. */
function rateRow({ codes, text, refused }: RefusalSignal): RefusalKey {
  if (/rate[- ]limited upstream/.test(text)) return 'P12/upstream';
  const limit =
    codes.find((code) => code.startsWith('userby')) ?? /exceeded for (userby\w{1,40})/.exec(text)?.[1];
  if (limit !== undefined) return limit.includes('model') ? 'P12/account_model' : 'P12/account';
  return 'retry-after' in refused.headers || 'retry-after-ms' in refused.headers ? 'P12' : 'P13';
}
