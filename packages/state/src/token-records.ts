import {
  fitPoolState,
  type PoolDefinition,
  type PoolEvent,
  type PoolState,
} from '@holdfast/core/tokens/pool-state';
import { MAX_BENCH_MS, type TokenEvent, type TokenState } from '@holdfast/core/tokens/token-state';
import { z } from 'zod';
import { readRecord } from './records.ts';

/**
 * What is shared about tokens: names and states, never a value. The hash `tokens:<pool>` has one field per token
 * (`tokenRecord`) and `@pool` (`poolRecord`); an entry of the stream `token-reports` carries a batch of reports (`reports`), an operator's `command`, or all that a gateway knows of a pool (`known`).
 */

/** The pool's own field; no token can have this name, for names of tokens do not start with `@`. */
export const POOL_FIELD = '@pool';

const name = z.string().min(1).max(200);
const time = z.number().min(0);
const provenance = z.enum(['authoritative', 'heuristic', 'credit', 'tier']);
const benchReason = z.enum([
  'rate_limited',
  'repeated_failures',
  'day_quota',
  'no_credit',
  'not_in_plan',
  'refused',
]);

const benchRecord = z.object({ sinceMs: time, untilMs: time, provenance, reason: benchReason });

export const tokenRecord: z.ZodType<TokenState> = z.object({
  epochMs: time,
  failures: z.int().min(0),
  failedMs: time.nullable(),
  cooling: benchRecord.nullable(),
  invalid: z
    .object({ sinceMs: time, notBeforeMs: time, untilMs: time, reason: z.literal('invalid') })
    .nullable(),
  models: z.record(name, benchRecord),
  lastUsedMs: time.nullable(),
});

export const poolRecord = z.object({
  current: name.nullable(),
  movedMs: time,
  /** The last entry of the report stream that is part of these states; null before the first. */
  appliedId: z.string().nullable(),
});
export type PoolRecord = z.infer<typeof poolRecord>;

const tokenEvent: z.ZodType<TokenEvent> = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['success', 'failure', 'concurrency', 'dead']) }),
  z.object({
    kind: z.literal('bench'),
    scope: z.enum(['token', 'account']),
    model: name.nullable(),
    delayMs: z.number().nullable(),
    provenance,
    reason: benchReason,
  }),
]);

/** What an operator asks of a pool, from whichever token-rotator took the request to the one that leads. */
const poolEvent: z.ZodType<PoolEvent> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('rotate'), to: name.nullable() }),
  z.object({ kind: z.literal('reset'), token: name.nullable() }),
  z.object({
    kind: z.literal('token'),
    token: name,
    event: z.union([tokenEvent, z.object({ kind: z.enum(['acquitted', 'validated', 'reset']) })]),
  }),
]);
const poolCommand = z.object({ pool: name, event: poolEvent });
export type PoolCommand = z.infer<typeof poolCommand>;

/** About an hour of a storm; the token-rotator is never that far behind while it lives. */
export const MAX_REPORTS = 10_000;

/** The outcome of one use of a token (or of several alike: `uses`), as a gateway saw it. */
export const tokenReport = z.object({
  pool: name,
  token: name,
  account: name,
  /** The endpoint's own name for the model. */
  model: name,
  /** The attempt's result, as in the metric. */
  result: z.string().max(50),
  event: tokenEvent,
  atMs: time,
  uses: z.int().min(1),
});
export type TokenReport = z.infer<typeof tokenReport>;

/** The fields of one stream entry. */
export function reportEntry(reports: readonly TokenReport[]): Record<string, string> {
  return { reports: JSON.stringify(reports) };
}

const knownPool = z.object({ pool: name, fields: z.record(z.string(), z.string()) });

/** What a gateway knows of a whole pool, for a token-rotator that lost it. */
export function knowledgeEntry(pool: string, state: PoolState): Record<string, string> {
  return { known: JSON.stringify({ pool, fields: poolFields(state, null) }) };
}

export function readKnowledgeEntry(
  fields: Readonly<Record<string, string>>,
): z.infer<typeof knownPool> | null {
  return readRecord(knownPool, fields.known);
}

export function commandEntry(command: PoolCommand): Record<string, string> {
  return { command: JSON.stringify(command) };
}

export function readCommandEntry(fields: Readonly<Record<string, string>>): PoolCommand | null {
  return readRecord(poolCommand, fields.command);
}

/** The reports of one stream entry that fit; what does not is left out. */
export function readReportEntry(fields: Readonly<Record<string, string>>): TokenReport[] {
  const batch = readRecord(z.array(z.unknown()), fields.reports) ?? [];
  return batch.flatMap((item) => {
    const parsed = tokenReport.safeParse(item);
    return parsed.success ? [parsed.data] : [];
  });
}

/** The hash fields of a pool: all of them, or only what differs from `published`. */
export function poolFields(
  state: PoolState,
  appliedId: string | null,
  published: PoolState | null = null,
): Record<string, string> {
  const changed = Object.entries(state.tokens).filter(
    ([token, record]) => published?.tokens[token] !== record,
  );
  const record: PoolRecord = { current: state.current, movedMs: state.movedMs, appliedId };
  const fields = changed.map(([token, state]) => [token, JSON.stringify(state)]);
  return Object.fromEntries([...fields, [POOL_FIELD, JSON.stringify(record)]]);
}

/** A pool as the hash tells it, fitted to its definition; times beyond a day from now are cut to a day (FAULTS I07). Null when there is nothing readable. */
export function readPoolFields(
  pool: PoolDefinition,
  fields: Readonly<Record<string, string>>,
  nowMs: number,
): { state: PoolState; appliedId: string | null } | null {
  const record = readRecord(poolRecord, fields[POOL_FIELD]);
  const tokens: [string, TokenState][] = [];
  for (const { name } of pool.tokens) {
    const token = Object.hasOwn(fields, name) ? readRecord(tokenRecord, fields[name]) : null;
    if (token) tokens.push([name, cutToADay(token, nowMs)]);
  }
  if (!record && tokens.length === 0) return null;
  const { current, movedMs, appliedId } = record ?? { current: null, movedMs: 0, appliedId: null };
  return { state: fitPoolState(pool, { current, movedMs, tokens: Object.fromEntries(tokens) }), appliedId };
}

function cutToADay(token: TokenState, nowMs: number): TokenState {
  const latestMs = nowMs + MAX_BENCH_MS;
  const cut = <B extends { readonly untilMs: number }>(block: B): B =>
    block.untilMs > latestMs ? { ...block, untilMs: latestMs } : block;
  return {
    ...token,
    cooling: token.cooling && cut(token.cooling),
    invalid: token.invalid && cut(token.invalid),
    models: Object.fromEntries(Object.entries(token.models).map(([model, bench]) => [model, cut(bench)])),
  };
}
