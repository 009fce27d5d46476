import { availabilityChannel, availabilityKey } from './keys.ts';
import { type AvailabilityEntry, availabilityEntry, availabilityMessage, readRecord } from './records.ts';
import type { SharedState } from './shared-state.ts';

/** Stores an endpoint's entry and tells the followers. */
export async function publishAvailability(
  state: SharedState,
  id: string,
  entry: AvailabilityEntry,
): Promise<void> {
  await state.hashSet(availabilityKey, { [id]: JSON.stringify(entry) });
  await state.publish(availabilityChannel, JSON.stringify({ id, entry }));
}

/** All entries by endpoint id; what does not fit the schema is left out. */
export async function readAvailability(state: SharedState): Promise<Map<string, AvailabilityEntry>> {
  const entries = new Map<string, AvailabilityEntry>();
  for (const [id, text] of Object.entries(await state.hashGetAll(availabilityKey))) {
    const entry = readRecord(availabilityEntry, text);
    if (entry) entries.set(id, entry);
  }
  return entries;
}

/** Drops the entries of endpoints that are no longer configured. */
export async function removeAvailability(state: SharedState, ids: readonly string[]): Promise<void> {
  await state.hashDelete(availabilityKey, ids);
}

/** A message lost in the moment of subscribing is made up for by then. */
const READ_AGAIN_MS = 30_000;

/**
 * Follows every entry: as stored at the start, on each message, and again whenever the store comes back. Never rejects;
 * while the store is away nothing is told. Returns the function that stops it.
 */
export function watchAvailability(
  state: SharedState,
  onEntry: (id: string, entry: AvailabilityEntry) => void,
): () => void {
  let stopped = false;
  const readAll = async () => {
    for (const [id, entry] of await readAvailability(state)) if (!stopped) onEntry(id, entry);
  };
  const readAllQuietly = () => void readAll().catch(() => {});

  const unsubscribe = state.subscribe(availabilityChannel, (text) => {
    const message = readRecord(availabilityMessage, text);
    if (message) onEntry(message.id, message.entry);
  });
  const forget = state.onUpChange((up) => {
    if (up) readAllQuietly();
  });
  const timer = setInterval(readAllQuietly, READ_AGAIN_MS);
  timer.unref();
  readAllQuietly();
  return () => {
    stopped = true;
    clearInterval(timer);
    unsubscribe();
    forget();
  };
}
