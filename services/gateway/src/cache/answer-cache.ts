import type { Config } from '@holdfast/config/types';
import { cacheKey } from '@holdfast/state/keys';
import type { SharedState } from '@holdfast/state/shared-state';
import { LRUCache } from 'lru-cache';
import { type AnswerKeys, createAnswerKeys } from './answer-key.ts';
import { decodeAnswer, encodeAnswer, type StoredAnswer } from './stored-answer.ts';

/** Memory that all answers together may take. */
const MAX_BYTES = 64 * 1024 * 1024;
/** A larger answer is not kept: one must not push out thousands. */
export const MAX_ANSWER_BYTES = 1024 * 1024;
/** A larger one stays in this process: it would hold up the store's other commands, which have 100 ms. */
const MAX_SHARED_BYTES = 256 * 1024;
/** What an entry takes beside its bytes. */
const ENTRY_BYTES = 500;

/** Answers that were given before. */
export interface AnswerCache {
  readonly keyFor: AnswerKeys;
  /** What this process remembers, of any age. */
  recall(key: string): StoredAnswer | null;
  /** What another process has stored; null at once while the store is away, and after its deadline of 100 ms. */
  recallShared(key: string): Promise<StoredAnswer | null>;
  /** Remembers it here, and for `keepMs` in the store, without waiting for that. */
  keep(answer: StoredAnswer, keepMs: number): void;
  /** By key: requests under way whose answer others wait for; null when it is none to be shared. */
  readonly running: Map<string, Promise<StoredAnswer | null>>;
  /** Follows a new configuration; what is remembered stays as far as it fits. */
  resize(config: Config): void;
}

export interface AnswerCacheOptions {
  readonly state: SharedState;
  readonly config: Config;
}

/** Takes no memory as long as no route caches. */
export function createAnswerCache({ state, config }: AnswerCacheOptions): AnswerCache {
  let answers: LRUCache<string, StoredAnswer> | null = null;

  const resize = (next: Config): void => {
    const max = entriesFor(next);
    if (answers?.max === max || (answers === null && max === 0)) return;
    const before = answers?.dump() ?? [];
    answers =
      max === 0
        ? null
        : new LRUCache({
            max,
            maxSize: MAX_BYTES,
            sizeCalculation: ({ bytes }) => bytes.length + ENTRY_BYTES,
          });
    answers?.load(before.slice(-max));
  };
  resize(config);

  const remember = (answer: StoredAnswer): void => void answers?.set(answer.key, answer);

  return {
    keyFor: createAnswerKeys(),
    recall: (key) => answers?.get(key) ?? null,
    async recallShared(key) {
      if (state.kind !== 'redis' || !state.up) return null;
      const text = await state.get(cacheKey(key)).catch(() => null);
      const answer = text === null ? null : decodeAnswer(key, text);
      if (answer) remember(answer);
      return answer;
    },
    keep(answer, keepMs) {
      remember(answer);
      if (state.kind !== 'redis' || !state.up || answer.bytes.length > MAX_SHARED_BYTES) return;
      // Not written is not known elsewhere, and no more than that.
      state.set(cacheKey(answer.key), encodeAnswer(answer), keepMs).catch(() => {});
    },
    running: new Map(),
    resize,
  };
}

/** The most that any caching route asks for; 0 when none caches. */
const entriesFor = ({ routes }: Config): number =>
  Math.max(0, ...routes.map(({ cache }) => (cache.enabled ? cache.maxEntries : 0)));
