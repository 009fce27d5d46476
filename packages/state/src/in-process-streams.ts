import type { SharedState, StreamEntry } from './shared-state.ts';

interface Group {
  /** Sequence number of the last entry given out. */
  last: number;
  /** Given out and not acknowledged, by sequence number. */
  readonly pending: Map<number, { consumer: string; givenMs: number }>;
}

interface Stream {
  next: number;
  readonly entries: Map<number, StreamEntry>;
  readonly groups: Map<string, Group>;
}

/** The stream part of the in-process state; entry ids are `<sequence>-0`. */
export function createInProcessStreams(now: () => number) {
  const streams = new Map<string, Stream>();
  const streamOf = (key: string): Stream => {
    const known = streams.get(key);
    if (known) return known;
    const stream: Stream = { next: 1, entries: new Map(), groups: new Map() };
    streams.set(key, stream);
    return stream;
  };

  function append(key: string, fields: Readonly<Record<string, string>>, maxLength: number): string {
    const stream = streamOf(key);
    const sequence = stream.next++;
    const id = `${sequence}-0`;
    stream.entries.set(sequence, { id, fields: { ...fields } });
    for (const oldest of stream.entries.keys()) {
      if (stream.entries.size <= maxLength) break;
      stream.entries.delete(oldest);
    }
    return id;
  }

  function read(
    ...[key, groupName, consumer, { count, reclaimAfterMs }]: Parameters<SharedState['streamRead']>
  ): StreamEntry[] {
    const stream = streamOf(key);
    const group = stream.groups.get(groupName) ?? { last: 0, pending: new Map() };
    stream.groups.set(groupName, group);
    const nowMs = now();
    const given: StreamEntry[] = [];
    const give = (sequence: number, entry: StreamEntry) => {
      group.pending.set(sequence, { consumer, givenMs: nowMs });
      given.push(entry);
    };
    for (const [sequence, holder] of group.pending) {
      if (given.length >= count) return given;
      const entry = stream.entries.get(sequence);
      if (!entry) group.pending.delete(sequence);
      else if (holder.consumer === consumer || nowMs - holder.givenMs >= reclaimAfterMs)
        give(sequence, entry);
    }
    for (const [sequence, entry] of stream.entries) {
      if (given.length >= count) break;
      if (sequence <= group.last) continue;
      give(sequence, entry);
      group.last = sequence;
    }
    return given;
  }

  return {
    append,
    read,
    acknowledge(key: string, groupName: string, ids: readonly string[]): void {
      const group = streams.get(key)?.groups.get(groupName);
      for (const id of ids) group?.pending.delete(Number.parseInt(id, 10));
    },
    delete: (key: string) => void streams.delete(key),
  };
}
