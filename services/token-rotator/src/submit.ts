import { type PoolEvent, type PoolState, reducePool } from '@holdfast/core/tokens/pool-state';
import { tokenReportsChannel, tokenReportsKey } from '@holdfast/state/keys';
import { type SharedState, StateUnavailable } from '@holdfast/state/shared-state';
import { commandEntry, MAX_REPORTS } from '@holdfast/state/token-records';
import type { PoolBook } from './pool-book.ts';
import type { Publisher } from './publisher.ts';

export interface SubmitOptions {
  readonly state: SharedState;
  readonly book: PoolBook;
  readonly publisher: Publisher;
  readonly now: () => number;
  readonly leading: () => boolean;
  /** Calls back at the next adoption of a published pool. */
  readonly onAdopted: (listener: () => void) => () => void;
}

/** The leader reads its stream several times a second. */
const ANSWER_WITHIN_MS = 2000;

/**
 * Carries out what an operator or a validation decided: by ourselves as the leader, else through the report stream by whoever
 * leads. Resolves when it is part of the book (as far as it changes anything); rejects with `StateUnavailable`.
 */
export function createSubmit({ state, book, publisher, now, leading, onAdopted }: SubmitOptions) {
  return async (pool: string, event: PoolEvent): Promise<void> => {
    if (!state.up) throw new StateUnavailable('away');
    if (leading()) {
      book.apply(pool, event, now());
      await publisher.publish();
      return;
    }
    const before = book.find(pool);
    if (!before || reducePool(before.pool, before.state, event, now()) === before.state) return;
    const carriedOut = untilChanged(pool, before.state);
    await state.streamAppend(tokenReportsKey, commandEntry({ pool, event }), MAX_REPORTS);
    await state.publish(tokenReportsChannel, '');
    await carriedOut;
  };

  function untilChanged(pool: string, known: PoolState): Promise<void> {
    return new Promise((resolve) => {
      const settle = () => {
        clearTimeout(timer);
        stop();
        resolve();
      };
      const timer = setTimeout(settle, ANSWER_WITHIN_MS);
      const stop = onAdopted(() => {
        if (book.find(pool)?.state !== known) settle();
      });
    });
  }
}
