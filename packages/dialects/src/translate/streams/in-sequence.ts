import type { PartEvent } from '../conversation.ts';

/** Hands on the events of parts that may come interleaved so that each part ends before the next begins. */
export interface Sequence {
  put(event: PartEvent): void;
  /** Ends what is open, and tells what still waits. */
  close(): void;
}

/**
 * Parts are counted from 0 without gaps, and each has at least one event. The part whose turn it is is told as it comes;
 * those behind it wait for its `part_end`. What comes behind the end of a part is dropped.
 */
export function inSequence(tell: (event: PartEvent) => void): Sequence {
  let turn = 0;
  const waiting = new Map<number, PartEvent[]>();

  function put(event: PartEvent): void {
    if (event.index === turn) {
      tell(event);
      if (event.kind === 'part_end') next();
    } else if (event.index > turn) {
      const queue = waiting.get(event.index);
      if (queue === undefined) waiting.set(event.index, [event]);
      else queue.push(event);
    }
  }

  function next(): void {
    for (let queue = waiting.get(++turn); queue !== undefined; queue = waiting.get(turn)) {
      waiting.delete(turn);
      let ended = false;
      for (const event of queue) {
        if (ended) break;
        tell(event);
        ended = event.kind === 'part_end';
      }
      if (!ended) return;
      turn++;
    }
  }

  return {
    put,
    close() {
      do put({ kind: 'part_end', index: turn });
      while (waiting.size > 0);
    },
  };
}
