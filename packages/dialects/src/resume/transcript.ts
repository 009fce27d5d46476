import type { DialectName } from '../dialect.ts';
import { readEvents } from '../sse/read-events.ts';
import { chatSpoken } from './chat-spoken.ts';
import { messagesSpoken } from './messages-spoken.ts';
import type { Spoken, SpokenReader } from './spoken.ts';

/** Events are kept as they are up to here: most streams end well and are never read. */
const MAX_UNREAD_BYTES = 64 * 1024;
/** No answer is that long; one that is will not be gone on from. */
const MAX_BYTES = 32 * 1024 * 1024;

const READERS: Partial<Record<DialectName, () => SpokenReader>> = {
  'openai-chat': chatSpoken,
  'anthropic-messages': messagesSpoken,
};

/** What a client has been told, for the case that somebody else has to go on with it. */
export interface Transcript {
  /** Whole events, in the order in which they were written. */
  note(events: Buffer): void;
  /** Null when nobody can go on from here. */
  spoken(): Spoken | null;
}

/** Null for a dialect whose streams are not resumed. */
export function openTranscript(dialect: DialectName): Transcript | null {
  const reader = READERS[dialect]?.();
  if (reader === undefined) return null;
  let unread: Buffer[] = [];
  let unreadBytes = 0;
  let bytes = 0;

  function readAll(): void {
    for (const event of readEvents(Buffer.concat(unread, unreadBytes))) reader!.read(event);
    unread = [];
    unreadBytes = 0;
  }

  return {
    note(events) {
      bytes += events.length;
      if (bytes > MAX_BYTES) return;
      unread.push(events);
      unreadBytes += events.length;
      if (unreadBytes > MAX_UNREAD_BYTES) readAll();
    },
    spoken() {
      readAll();
      return bytes > MAX_BYTES ? null : reader.spoken();
    },
  };
}
