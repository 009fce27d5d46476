import type { StreamReader, StreamStep } from '@holdfast/dialects/dialect';
import type { AttemptOrder } from './attempt.ts';
import type { Body, BodyEvents } from './bodies.ts';

function openReader({ dialect, translation, metered }: AttemptOrder): StreamReader {
  if (translation) return translation.openStream();
  return metered ? dialect.openMeteredStream!() : dialect.openStream();
}

/** A stream that has sent this much without content is not going to. */
const MAX_HELD_BYTES = 1024 * 1024;

/**
 * An event stream: held back until its first real content, then forwarded event by event. A success is content (or a
 * finish that needs none) and a proper end; anything else is a fault, before or after content.
 */
export function streamBody(order: AttemptOrder, status: number, events: BodyEvents): Body {
  const reader = openReader(order);
  const { continuation } = order;
  let held: Buffer[] = [];
  let heldBytes = 0;
  let committed = false;
  let finished = false;
  let over = false;

  const told = (bytes: Buffer): Buffer => (continuation ? continuation.rewrite(bytes) : bytes);

  const emit = (step: StreamStep): void => {
    if (step.bytes) {
      if (committed) events.events(told(step.bytes), step.content);
      else {
        held.push(step.bytes);
        heldBytes += step.bytes.length;
      }
    }
    if (!committed && step.content) {
      committed = true;
      const all = held.length === 1 ? held[0]! : Buffer.concat(held, heldBytes);
      held = [];
      events.content(told(all));
    }
  };

  const judge = (step: StreamStep): boolean => {
    if (continuation?.restarted) {
      over = true;
      events.found({ kind: 'bad_body', status, fault: 'restarted' }, null);
    } else if (step.error) {
      over = true;
      events.found({ kind: 'refused', status, headers: {}, error: step.error, body: 'json' }, null);
    } else if (step.fault === 'empty_content' && continuation && reader.finishSeen) {
      complete(null); // nothing was left to say
    } else if (step.fault) {
      over = true;
      events.found({ kind: 'bad_body', status, fault: step.fault }, null);
    } else if (!committed && heldBytes > MAX_HELD_BYTES) {
      over = true;
      events.found({ kind: 'bad_body', status, fault: 'empty_content' }, null);
    }
    return over;
  };

  const complete = (terminator: Buffer | null): void => {
    over = true;
    const closing = reader.closing();
    const last = terminator
      ? closing.length > 0
        ? Buffer.concat([closing, terminator])
        : terminator
      : closing;
    const ending = continuation ? continuation.end(Buffer.concat([...held, last])) : last;
    if (continuation) held = [];
    events.found(
      continuation?.restarted ? { kind: 'bad_body', status, fault: 'restarted' } : { kind: 'success' },
      ending,
    );
  };

  return {
    push(chunk) {
      if (over) return;
      const step = reader.push(chunk);
      emit(step);
      if (!judge(step) && step.terminator) complete(step.terminator);
    },
    end() {
      finished = true;
      if (over) return;
      const step = reader.end();
      emit(step);
      if (!judge(step)) complete(step.terminator);
    },
    completeWithoutEnd: () => reader.finishSeen || reader.terminatorSeen,
    held: () => (held.length > 0 ? Buffer.concat(held, heldBytes) : null),
    answer: null,
    finding: null,
    get finished() {
      return finished;
    },
    get usage() {
      return reader.usage;
    },
    get model() {
      return reader.model;
    },
  };
}
