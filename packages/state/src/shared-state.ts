/**
 * What the suite's processes share. Two implementations, one conformance suite: in-process (all-in-one, tests) and
 * Redis. Every call settles within `STATE_DEADLINE_MS` and rejects with `StateUnavailable` when the store cannot answer;
 * callers on the request path never await one. Keys are full names from `keys.ts`; times are epoch milliseconds.
 */
export interface SharedState {
  readonly kind: 'in-process' | 'redis';
  /** Whether the last contact with the store worked. Always true in-process. */
  readonly up: boolean;
  /** Calls `listener` on each change of `up`; returns the function that stops it. */
  onUpChange(listener: (up: boolean) => void): () => void;

  get(key: string): Promise<string | null>;
  set(key: string, value: string, ttlMs?: number): Promise<void>;
  delete(key: string): Promise<void>;

  hashGetAll(key: string): Promise<Record<string, string>>;
  hashSet(key: string, fields: Readonly<Record<string, string>>): Promise<void>;
  hashDelete(key: string, fields: readonly string[]): Promise<void>;

  /** Atomically raises the number under `key` to at least `value` and never lowers it; returns what stands now. Expires at that time when read as epoch ms. */
  raiseUntil(key: string, untilMs: number): Promise<number>;

  publish(channel: string, message: string): Promise<void>;
  /** Delivers until the returned function is called; survives reconnects (messages meanwhile are lost, so re-read on `onUpChange`). Never rejects: an absent store subscribes when it comes. */
  subscribe(channel: string, listener: (message: string) => void): () => void;

  /** Adds or moves a member. With `onlyNew`, a member already there keeps its score. */
  sortedAdd(key: string, member: string, score: number, options?: { onlyNew?: boolean }): Promise<void>;
  /** Members with score <= maxScore, lowest first. */
  sortedRange(key: string, maxScore: number, limit: number): Promise<{ member: string; score: number }[]>;
  sortedRemove(key: string, member: string): Promise<void>;

  /** Appends; the stream is trimmed to about `maxLength`. Returns the entry's id. */
  streamAppend(key: string, fields: Readonly<Record<string, string>>, maxLength: number): Promise<string>;
  /** Entries for one consumer of a group (created from the stream's beginning when missing): first those it was given and never acknowledged (also another consumer's, idle for `reclaimAfterMs`), then new ones. Does not block. */
  streamRead(
    key: string,
    group: string,
    consumer: string,
    options: { count: number; reclaimAfterMs: number },
  ): Promise<StreamEntry[]>;
  streamAcknowledge(key: string, group: string, ids: readonly string[]): Promise<void>;

  /** Takes or renews the lease for `owner`; returns a fencing number that grows with every change of owner, or null when another holds it. */
  acquireLease(name: string, owner: string, ttlMs: number): Promise<number | null>;
  /** Gives it up, if `owner` holds it. */
  releaseLease(name: string, owner: string): Promise<void>;

  /**
   * Books the next free moment of a line in which moments are at least `intervalMs` apart; in order of the calls.
   * Returns the wait in ms from now, or null (nothing booked) when it would be longer than `maxWaitMs`.
   */
  reserveSlot(key: string, intervalMs: number, maxWaitMs: number): Promise<number | null>;
  /** Gives back a booked moment that has come and was not used; nothing happens when another was booked after it. */
  returnSlot(key: string, intervalMs: number): Promise<void>;
  /** Adds `by` to a counter that starts at 0 and expires `windowMs` after its first use; returns the sum and the time left. */
  count(key: string, by: number, windowMs: number): Promise<{ count: number; resetMs: number }>;

  close(): Promise<void>;
}

export interface StreamEntry {
  readonly id: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** Deadline of every call. */
export const STATE_DEADLINE_MS = 100;

/** The store did not answer in time, or is known to be away. Nothing is known about whether a write happened. */
export class StateUnavailable extends Error {
  override readonly name = 'StateUnavailable';
}
