import type { PartEvent } from '../conversation.ts';

/** Hands on the events of parts that may come interleaved so that each part ends before the next begins. */
export interface Sequence {
  put(event: PartEvent): void;
  /** Ends what is open, and tells what still waits. */
  close(): void;
}

/**
 * Parts are counted from 0 without gaps, and each has at least one event. The part whose turn it is is told as it comes;
 * those behind it wait for its `part_end`. What comes behind the end of a part is dropped. A call that ends without input is
 * given an empty object: some servers send nothing for a tool without parameters.
 */
export function inSequence(hear: (event: PartEvent) => void): Sequence {
  let turn = 0;
  let bare = false; // the current part is a call without any input
  const waiting = new Map<number, PartEvent[]>();

  function tell(event: PartEvent): void {
    if (event.kind === 'tool_call') bare = true;
    else if (event.kind === 'tool_input') bare = false;
    else if (event.kind === 'part_end' && bare) {
      hear({ kind: 'tool_input', index: event.index, json: '{}' });
      bare = false;
    }
    hear(event);
  }

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
