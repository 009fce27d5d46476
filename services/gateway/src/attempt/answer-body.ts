import type { Observation } from '@holdfast/core/verdict';
import type { AnswerFinding, Dialect } from '@holdfast/dialects/dialect';
import { Collector } from '../collector.ts';
import type { AttemptOrder } from './attempt.ts';
import type { Body, BodyEvents } from './bodies.ts';

const EVENTS = /^(?:text\/event-stream|application\/x-ndjson)/;
/** How an event stream under another name begins. */
const EVENTS_BEGIN = /^(?:\xEF\xBB\xBF)?(?:data|event|id|retry)?:/;
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/**
 * A 2xx that is to be judged whole: the client asked for no stream, or asked for one and got something else. What came
 * in the other form is told in the one asked for (FAULTS S11, S12). A class, like the call around it: one is made for
 * every request, and closures cost more.
 */
export class AnswerBody implements Body {
  finished = false;
  answer: Buffer | null = null;
  finding: (AnswerFinding & { kind: 'ok' }) | null = null;
  readonly #order: AttemptOrder;
  readonly #status: number;
  readonly #contentType: string;
  readonly #events: BodyEvents;
  readonly #collector = new Collector(MAX_ANSWER_BYTES);

  constructor(order: AttemptOrder, status: number, contentType: string, events: BodyEvents) {
    this.#order = order;
    this.#status = status;
    this.#contentType = contentType;
    this.#events = events;
  }

  get usage() {
    return this.finding?.usage ?? null;
  }

  get model() {
    return this.finding?.model ?? null;
  }

  push(chunk: Buffer): void {
    if (this.#collector.add(chunk)) return;
    const tooLarge = {
      kind: 'transport',
      cause: 'too_large',
      reusedSocket: false,
      detail: 'body too large',
    } as const;
    this.#events.found(tooLarge, null);
  }

  end(): void {
    this.finished = true;
    this.#events.found(this.#judge(), null);
  }

  completeWithoutEnd(): boolean {
    return false;
  }

  held(): null {
    return null;
  }

  #judge(): Observation {
    const { dialect, clientDialect, translation, wantsStream, continuation } = this.#order;
    const status = this.#status;
    let body = this.#collector.take();
    if (EVENTS.test(this.#contentType) || EVENTS_BEGIN.test(body.toString('latin1', 0, 10))) {
      const told = dialect.streamToAnswer(body);
      if (told === null) return failedStream(dialect, body, status);
      body = told;
    }
    const found = dialect.readAnswer(body, this.#contentType);
    if (found.kind === 'error')
      return { kind: 'refused', status, headers: {}, error: found.error, body: 'json' };
    if (found.kind === 'bad') return { kind: 'bad_body', status, fault: found.fault };
    this.finding = found;
    if (translation) body = translation.answer(body);
    this.answer = wantsStream ? clientDialect.answerToStream(body) : body;
    if (continuation) this.answer = continuation.end(this.answer);
    if (continuation?.restarted) return { kind: 'bad_body', status, fault: 'restarted' };
    return { kind: 'success' };
  }
}

/** Why a stream that nobody asked for is no answer: the error in it, where it says so. */
function failedStream(dialect: Dialect, body: Buffer, status: number): Observation {
  const reader = dialect.openStream();
  const pushed = reader.push(body);
  const { error, fault } = pushed.error || pushed.fault ? pushed : reader.end();
  return error
    ? { kind: 'refused', status, headers: {}, error, body: 'json' }
    : { kind: 'bad_body', status, fault: fault ?? 'truncated' };
}
