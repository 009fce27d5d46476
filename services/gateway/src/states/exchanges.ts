/** What an entry needs: it is told its place. */
interface Placed {
  place: number;
}

/**
 * The requests being worked on. No `Set`: one that requests come to and leave all the time is copied over and over, and V8
 * chains each outgrown copy, with what was in it, to the next (`OrderedHashTable::Rehash`). Once a copy has grown old, every
 * later request stays in memory until the next full collection, and is moved there at great cost.
 */
export interface Exchanges<T> extends Iterable<T> {
  add(exchange: T): void;
  delete(exchange: T): void;
  readonly size: number;
}

/** In no order: the last one takes the place of one that leaves. */
export function createExchanges<T extends Placed>(): Exchanges<T> {
  const running: T[] = [];
  return {
    add(exchange) {
      exchange.place = running.length;
      running.push(exchange);
    },
    delete(exchange) {
      const last = running.pop()!;
      last.place = exchange.place;
      if (last !== exchange) running[exchange.place] = last;
    },
    get size() {
      return running.length;
    },
    // A copy: who leaves during the round must not make another miss it.
    [Symbol.iterator]: () => [...running].values(),
  };
}
