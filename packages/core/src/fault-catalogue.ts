import { codeOf, type FaultRow } from './classify/fault-row.ts';
import { NETWORK_ROWS } from './classify/network-rows.ts';
import {
  CLIENT_FAULTS,
  HARMLESS,
  type OtherFault,
  PROCESS_FAULTS,
  STREAM_FAULTS,
  SYSTEMIC_FAULTS,
} from './classify/other-faults.ts';
import { PROVIDER_ROWS } from './classify/provider-rows.ts';
import { STREAM_ROWS } from './classify/stream-rows.ts';
import type { PenaltyScope, RetryRule } from './verdict.ts';

/** One line of docs/gateway/failure-modes.md. */
export interface FaultEntry {
  readonly code: string;
  readonly title: string;
  /** What is done about it, in words. */
  readonly behaviour: string;
  /** For failed attempts; null where no attempt is judged. */
  readonly retry: RetryRule | null;
  readonly scope: PenaltyScope | null;
  /** What the client gets when nothing else works; null where it notices nothing. */
  readonly clientStatus: number | null;
  /** Anchor in the documentation. */
  readonly docs: string;
  /** The special cases of the row. */
  readonly variants: readonly FaultVariant[];
}

export type FaultVariant = Pick<FaultEntry, 'title' | 'behaviour' | 'retry' | 'scope' | 'clientStatus'>;

const FAMILIES = 'NPSCIX';

const RETRY_WORDS = {
  stop: 'no further attempt',
  endpoint: 'another endpoint',
  token: 'another token, then another endpoint',
  same_once: 'once more on a new connection, then another endpoint',
} as const satisfies Record<RetryRule, string>;

const SCOPE_WORDS = {
  none: 'nobody is penalised',
  endpoint: 'counts against the endpoint',
  model: 'counts against the model at that endpoint',
  token: 'counts against the token',
  account: "rests the account's tokens",
  account_model: "rests the account's tokens for that model",
} as const satisfies Record<PenaltyScope, string>;

const ROWS: Readonly<Record<string, FaultRow>> = { ...NETWORK_ROWS, ...PROVIDER_ROWS, ...STREAM_ROWS };
const OTHERS: Readonly<Record<string, OtherFault>> = {
  ...HARMLESS,
  ...STREAM_FAULTS,
  ...CLIENT_FAULTS,
  ...PROCESS_FAULTS,
  ...SYSTEMIC_FAULTS,
};

/** Every fault the suite knows by its code, in the order N, P, S, C, I, X: the data behind the documentation, and what holds the two together. */
export const FAULT_CATALOGUE: Readonly<Record<string, FaultEntry>> = catalogue();

function catalogue(): Record<string, FaultEntry> {
  const codes = [...new Set([...Object.keys(ROWS).map(codeOf), ...Object.keys(OTHERS)])].sort(byFamily);
  return Object.fromEntries(codes.map((code) => [code, entryOf(code)]));
}

function byFamily(a: string, b: string): number {
  return FAMILIES.indexOf(a[0]!) - FAMILIES.indexOf(b[0]!) || a.localeCompare(b);
}

function entryOf(code: string): FaultEntry {
  const row = ROWS[code];
  const other = OTHERS[code];
  const variants = Object.keys(ROWS)
    .filter((key) => key !== code && codeOf(key) === code)
    .map((key) => variantOf(ROWS[key]!));
  const docs = `docs/gateway/failure-modes.md#${code.toLowerCase()}`;
  if (row === undefined) return { code, ...other!, retry: null, scope: null, docs, variants };
  const judged = variantOf(row);
  return {
    code,
    ...judged,
    ...(other ? { title: other.title, behaviour: other.behaviour } : {}),
    docs,
    variants,
  };
}

function variantOf(row: FaultRow): FaultVariant {
  const { title, retry, scope, clientStatus } = row;
  const notes = [
    RETRY_WORDS[retry],
    SCOPE_WORDS[scope],
    row.tooLarge ? 'only where a larger request fits' : '',
    row.dead ? 'the key rests until it is edited or validated' : '',
    row.concurrency ? "the endpoint's cap on requests in flight is lowered" : '',
    row.passThrough ? "the provider's own words go to the client" : '',
  ];
  return { title, behaviour: notes.filter((note) => note !== '').join('; '), retry, scope, clientStatus };
}
