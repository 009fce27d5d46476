import { MAX_BENCH_MS } from '@holdfast/core/tokens/token-state';
import { tokenReportsKey } from '@holdfast/state/keys';
import type { SharedState, StreamEntry } from '@holdfast/state/shared-state';
import {
  readCommandEntry,
  readKnowledgeEntry,
  readPoolFields,
  readReportEntry,
} from '@holdfast/state/token-records';
import { isLaterEntry, type PoolBook } from './pool-book.ts';
import type { Publisher } from './publisher.ts';

export interface ReportConsumerOptions {
  readonly state: SharedState;
  readonly book: PoolBook;
  readonly publisher: Publisher;
  readonly now: () => number;
  readonly leading: () => boolean;
}

const GROUP = 'token-rotator';
/** One name for every process: only the leader reads, and takes over what its predecessor did not finish. */
const CONSUMER = 'leader';
const BATCH = 100;
/** Ends a turn that could otherwise go on for as long as reports come in faster than they are read. */
const MAX_BATCHES = 50;

/**
 * Applies what the gateways reported, at least once: an entry is acknowledged after its effect is published, and one that comes
 * again is recognised by its id. Resolves when nothing new is there; rejects when the store is away.
 */
export async function consumeReports(options: ReportConsumerOptions): Promise<void> {
  const { state, publisher, leading } = options;
  for (let batch = 0; batch < MAX_BATCHES && leading(); batch++) {
    const entries = await state.streamRead(tokenReportsKey, GROUP, CONSUMER, {
      count: BATCH,
      reclaimAfterMs: 0,
    });
    for (const entry of entries) applyEntry(entry, options);
    if (!(await publisher.publish())) return;
    await state.streamAcknowledge(
      tokenReportsKey,
      GROUP,
      entries.map(({ id }) => id),
    );
    if (entries.length < BATCH) return;
  }
}

function applyEntry({ id, fields }: StreamEntry, { book, now }: ReportConsumerOptions): void {
  const isNew = (pool: string) => {
    const { appliedId } = book.find(pool) ?? { appliedId: null };
    return appliedId === null || isLaterEntry(id, appliedId);
  };
  const touched = new Set<string>();
  const nowMs = now();
  for (const { pool, token, event, atMs, uses } of readReportEntry(fields)) {
    if (!isNew(pool)) continue;
    touched.add(pool);
    // It may have waited while the store or this process was away: its delay runs from when it was seen.
    const seenMs = Math.min(nowMs, Math.max(atMs, nowMs - MAX_BENCH_MS));
    const times = event.kind === 'success' ? Math.min(uses, book.find(pool)?.pool.maxFailures ?? 1) : 1;
    for (let time = 0; time < times; time++) book.apply(pool, { kind: 'token', token, event }, seenMs);
  }
  const command = readCommandEntry(fields);
  if (command && isNew(command.pool)) {
    touched.add(command.pool);
    book.apply(command.pool, command.event, nowMs);
  }
  const knowledge = readKnowledgeEntry(fields);
  const known = knowledge && book.find(knowledge.pool);
  // Merging it twice is as good as once.
  const told = known && readPoolFields(known.pool, knowledge.fields, nowMs);
  if (told) book.adopt(known.pool.name, told.state, null);
  for (const pool of touched) book.markApplied(pool, id);
}
