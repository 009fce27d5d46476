import type { Observation } from '@holdfast/core/verdict';
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
export class StreamBody implements Body {
  readonly answer = null;
  readonly finding = null;
  finished = false;
  readonly #reader: StreamReader;
  readonly #continuation: AttemptOrder['continuation'];
  readonly #status: number;
  readonly #events: BodyEvents;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #committed = false;
  #over = false;

  constructor(order: AttemptOrder, status: number, events: BodyEvents) {
    this.#reader = openReader(order);
    this.#continuation = order.continuation;
    this.#status = status;
    this.#events = events;
  }

  get usage() {
    return this.#reader.usage;
  }

  get model() {
    return this.#reader.model;
  }

  push(chunk: Buffer): void {
    if (this.#over) return;
    const step = this.#reader.push(chunk);
    this.#emit(step);
    if (!this.#judge(step) && step.terminator) this.#complete(step.terminator);
  }

  end(): void {
    this.finished = true;
    if (this.#over) return;
    const step = this.#reader.end();
    this.#emit(step);
    if (!this.#judge(step)) this.#complete(step.terminator);
  }

  completeWithoutEnd(): boolean {
    return this.#reader.finishSeen || this.#reader.terminatorSeen;
  }

  held(): Buffer | null {
    return this.#held.length > 0 ? Buffer.concat(this.#held, this.#heldBytes) : null;
  }

  #emit({ bytes, content }: StreamStep): void {
    if (bytes) {
      if (this.#committed) this.#events.events(this.#told(bytes), content);
      else {
        this.#held.push(bytes);
        this.#heldBytes += bytes.length;
      }
    }
    if (!this.#committed && content) {
      this.#committed = true;
      const held = this.#held;
      this.#held = [];
      this.#events.content(this.#told(held.length === 1 ? held[0]! : Buffer.concat(held, this.#heldBytes)));
    }
  }

  #told(bytes: Buffer): Buffer {
    return this.#continuation ? this.#continuation.rewrite(bytes) : bytes;
  }

  /** True when nothing more is to come. */
  #judge({ error, fault }: StreamStep): boolean {
    const status = this.#status;
    if (this.#continuation?.restarted) {
      this.#end({ kind: 'bad_body', status, fault: 'restarted' });
    } else if (error) {
      this.#end({ kind: 'refused', status, headers: {}, error, body: 'json' });
    } else if (fault === 'empty_content' && this.#continuation && this.#reader.finishSeen) {
      this.#complete(null); // nothing was left to say
    } else if (fault) {
      this.#end({ kind: 'bad_body', status, fault });
    } else if (!this.#committed && this.#heldBytes > MAX_HELD_BYTES) {
      this.#end({ kind: 'bad_body', status, fault: 'empty_content' });
    }
    return this.#over;
  }

  #complete(terminator: Buffer | null): void {
    const continuation = this.#continuation;
    const closing = this.#reader.closing();
    const last = terminator
      ? closing.length > 0
        ? Buffer.concat([closing, terminator])
        : terminator
      : closing;
    const ending = continuation ? continuation.end(Buffer.concat([...this.#held, last])) : last;
    if (continuation) this.#held = [];
    this.#end(
      continuation?.restarted
        ? { kind: 'bad_body', status: this.#status, fault: 'restarted' }
        : { kind: 'success' },
      ending,
    );
  }

  #end(observation: Observation, ending: Buffer | null = null): void {
    this.#over = true;
    this.#events.found(observation, ending);
  }
}
