import type { BodyFault } from '@holdfast/core/verdict';
import type { StreamReader, StreamStep } from '../dialect.ts';
import { type JsonObject, parseObject } from '../json.ts';
import { frameEvents } from '../sse/frame-events.ts';
import { lookAlikes } from './look-alikes.ts';
import { readOtherBody } from './read-other-body.ts';
import type { EventMeaning, StreamGrammar } from './stream-grammar.ts';

/** So many broken events are skipped; one more and the stream is broken (FAULTS S09). */
const maxMalformed = 3;
/** What is no event stream is kept up to here, to see what it is instead. */
const maxOtherBody = 1024 * 1024;
/** As the OpenAI SDK knows it; providers also write it without the space or with one behind. */
const DONE = Buffer.from('data: [DONE]\n\n');
const COLON = 0x3a;
/** Closes an event whose blank line never came. */
const BLANK = Buffer.from('\n\n');
const NOTHING: StreamStep = { bytes: null, content: false, terminator: null, error: null, fault: null };

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Who tells a stream on in other words: hears what is forwarded of it, in order. */
export interface StreamListener {
  /** What the last event said, if it was a text and nothing else. */
  readonly said: string | null;
  /** The last event again, with another text. */
  again(text: string): void;
  event(event: JsonObject, name: string | null, isContent: boolean): void;
  /** The lines of an event that holds nothing but comments. */
  comment(lines: string): void;
}

/** The reader of one stream: framing, forwarding, the final judgement. What an event means is the grammar's business. */
export function readStream(grammar: StreamGrammar, listener: StreamListener | null = null): StreamReader {
  return new Reader(grammar, listener);
}

/** A class, like the framer: there is one for each open stream. */
class Reader implements StreamReader {
  readonly #grammar: StreamGrammar;
  readonly #listener: StreamListener | null;
  readonly #framer = frameEvents();
  readonly #known = lookAlikes();
  readonly #otherBody: Buffer[] = [];
  #otherBytes = 0;
  #eventsSeen = false;
  #malformed = 0;
  #over = false;
  #complete = false;

  constructor(grammar: StreamGrammar, listener: StreamListener | null) {
    this.#grammar = grammar;
    this.#listener = listener;
  }

  get contentSeen() {
    return this.#grammar.facts.contentSeen;
  }

  get finishSeen() {
    return this.#grammar.facts.finishSeen;
  }

  get finish() {
    return this.#grammar.facts.finish;
  }

  get terminatorSeen() {
    return this.#grammar.facts.terminatorSeen;
  }

  get usage() {
    return this.#grammar.facts.usage;
  }

  get model() {
    return this.#grammar.facts.model;
  }

  closing(): Buffer {
    return Buffer.from(this.#complete ? this.#grammar.closing() : '');
  }

  push(chunk: Uint8Array): StreamStep {
    if (this.#over || chunk.length === 0) return NOTHING;
    const framer = this.#framer;
    framer.push(chunk);
    const step: Mutable<StreamStep> = { ...NOTHING };
    let kept: Buffer[] | null = null;
    let from = -1; // the run of events that is forwarded as one slice
    let to = -1;
    while (!this.#over) {
      const alike = framer.fresh ? this.#known.match(framer.bytes, framer.end) : -1;
      if (alike !== -1) {
        framer.skipTo(alike);
        this.#listener?.again(this.#known.text);
      } else if (!framer.next()) break;
      const meaning = alike !== -1 ? 'content' : this.#read();
      if (meaning === 'content' || meaning === 'other') {
        if (meaning === 'content') step.content = true;
        if (this.#listener !== null) continue;
        if (to !== framer.start) {
          if (from !== -1) {
            kept ??= [];
            kept.push(framer.bytes.subarray(from, to));
          }
          from = framer.start;
        }
        to = framer.end;
      } else this.#stop(step, meaning);
    }
    if (!this.#over && (framer.overflow || this.#otherBytes > maxOtherBody))
      this.#fail(step, 'line_too_long');
    if (from !== -1) {
      const whole = from === 0 && to === framer.bytes.length;
      const tail = whole ? framer.bytes : framer.bytes.subarray(from, to);
      step.bytes = kept === null ? tail : Buffer.concat([...kept, tail]);
    }
    return step;
  }

  #read(): EventMeaning | 'malformed' {
    const { dataStart, data } = this.#framer;
    // An event without data means nothing by the WHATWG rules, but the OpenAI SDK trips over one that has a name.
    if (data === null || data === '')
      return this.#framer.name === null && data === null ? this.#readFiller() : 'drop';
    this.#eventsSeen = true;
    if (data[0] === '[' && data.trim() === '[DONE]') return this.#grammar.endsWithDone ? 'end' : 'drop';
    const event = parseObject(data);
    if (event === null) return 'malformed';
    const meaning = this.#grammar.read(event, this.#framer.name);
    if (meaning === 'content') this.#grammar.facts.contentSeen = true;
    if (this.#listener !== null) {
      if (typeof meaning === 'string') this.#listener.event(event, this.#framer.name, meaning === 'content');
      const said = meaning === 'content' ? this.#listener.said : null;
      this.#known.learnText(this.#framer.bytes, this.#framer.start, this.#framer.end, dataStart, said);
    } else if (meaning === 'content')
      this.#known.learn(this.#framer.bytes, this.#framer.start, this.#framer.end, dataStart);
    return meaning;
  }

  #readFiller(): EventMeaning {
    if (!this.#framer.foreign) {
      if (this.#framer.bytes[this.#framer.start] === COLON)
        this.#listener?.comment(this.#framer.bytes.toString('utf8', this.#framer.start, this.#framer.end));
      return 'other';
    }
    if (!this.#eventsSeen) {
      this.#otherBody.push(Buffer.from(this.#framer.bytes.subarray(this.#framer.start, this.#framer.end)));
      this.#otherBytes += this.#framer.end - this.#framer.start;
    }
    return 'drop';
  }

  /** Writes into `step` what ends the stream, if this meaning does. */
  #stop(step: Mutable<StreamStep>, meaning: EventMeaning | 'malformed'): void {
    if (meaning === 'malformed') {
      if (++this.#malformed > maxMalformed) this.#fail(step, 'malformed_events');
    } else if (meaning === 'end') {
      this.#grammar.facts.terminatorSeen = true;
      const fault = this.#judgeEnd();
      this.#over = true;
      this.#complete = fault === null;
      if (fault !== null) step.fault = fault;
      else
        step.terminator = this.#grammar.endsWithDone
          ? DONE
          : this.#framer.bytes.subarray(this.#framer.start, this.#framer.end);
    } else if (typeof meaning === 'object') {
      Object.assign(step, meaning);
      this.#over = true;
    }
  }

  #fail(step: Mutable<StreamStep>, fault: BodyFault): void {
    step.fault = fault;
    this.#over = true;
  }

  end(): StreamStep {
    if (this.#over) return NOTHING;
    const step: Mutable<StreamStep> = { ...NOTHING };
    if (this.#framer.last()) this.#endWithCutEvent(step);
    if (this.#over) return step;
    this.#over = true;
    if (!this.#eventsSeen && this.#otherBody.length > 0) {
      return { ...step, ...readOtherBody(Buffer.concat(this.#otherBody)) };
    }
    step.fault = this.#judgeEnd();
    this.#complete = step.fault === null;
    return step;
  }

  /** The last event lacks its blank line: it counts if it is whole nevertheless. */
  #endWithCutEvent(step: Mutable<StreamStep>): void {
    const meaning = this.#read();
    if (meaning === 'malformed' || meaning === 'drop') return;
    if (this.#framer.data === null) return;
    if (meaning === 'content' || meaning === 'other') {
      step.content = meaning === 'content';
      step.bytes = Buffer.concat([this.#framer.bytes.subarray(this.#framer.start, this.#framer.end), BLANK]);
    } else {
      this.#stop(step, meaning);
      if (step.terminator !== null && step.terminator !== DONE)
        step.terminator = Buffer.concat([step.terminator, BLANK]);
    }
  }

  /** Null when what was seen is an answer. */
  #judgeEnd(): BodyFault | null {
    if (this.#grammar.facts.contentSeen)
      return this.#grammar.facts.finishSeen || this.#grammar.facts.terminatorSeen ? null : 'truncated';
    if (this.#grammar.facts.finishSeen)
      return this.#grammar.facts.finish !== null && this.#grammar.needsContent(this.#grammar.facts.finish)
        ? 'empty_content'
        : null;
    if (!this.#eventsSeen) return 'empty_body';
    return this.#grammar.facts.terminatorSeen ? 'empty_content' : 'truncated';
  }
}
