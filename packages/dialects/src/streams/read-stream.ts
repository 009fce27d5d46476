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
  const { facts } = grammar;
  const framer = frameEvents();
  const known = lookAlikes();
  const otherBody: Buffer[] = [];
  let otherBytes = 0;
  let eventsSeen = false;
  let malformed = 0;
  let over = false;
  let complete = false;

  function push(chunk: Uint8Array): StreamStep {
    if (over || chunk.length === 0) return NOTHING;
    framer.push(chunk);
    const step: Mutable<StreamStep> = { ...NOTHING };
    const kept: Buffer[] = [];
    let from = -1; // the run of events that is forwarded as one slice
    let to = -1;
    while (!over) {
      const alike = framer.fresh ? known.match(framer.bytes, framer.end) : -1;
      if (alike !== -1) {
        framer.skipTo(alike);
        listener?.again(known.text);
      } else if (!framer.next()) break;
      const meaning = alike !== -1 ? 'content' : read();
      if (meaning === 'content' || meaning === 'other') {
        if (meaning === 'content') step.content = true;
        if (listener !== null) continue;
        if (to !== framer.start) {
          if (from !== -1) kept.push(framer.bytes.subarray(from, to));
          from = framer.start;
        }
        to = framer.end;
      } else stop(step, meaning);
    }
    if (!over && (framer.overflow || otherBytes > maxOtherBody)) fail(step, 'line_too_long');
    if (from !== -1) {
      const tail = framer.bytes.subarray(from, to);
      step.bytes = kept.length === 0 ? tail : Buffer.concat([...kept, tail]);
    }
    return step;
  }

  function read(): EventMeaning | 'malformed' {
    const { dataStart, data } = framer;
    // An event without data means nothing by the WHATWG rules, but the OpenAI SDK trips over one that has a name.
    if (data === null || data === '') return framer.name === null && data === null ? readFiller() : 'drop';
    eventsSeen = true;
    if (data[0] === '[' && data.trim() === '[DONE]') return grammar.endsWithDone ? 'end' : 'drop';
    const event = parseObject(data);
    if (event === null) return 'malformed';
    const meaning = grammar.read(event, framer.name);
    if (meaning === 'content') facts.contentSeen = true;
    if (listener !== null) {
      if (typeof meaning === 'string') listener.event(event, framer.name, meaning === 'content');
      const said = meaning === 'content' ? listener.said : null;
      known.learnText(framer.bytes, framer.start, framer.end, dataStart, said);
    } else if (meaning === 'content') known.learn(framer.bytes, framer.start, framer.end, dataStart);
    return meaning;
  }

  function readFiller(): EventMeaning {
    if (!framer.foreign) {
      if (framer.bytes[framer.start] === COLON)
        listener?.comment(framer.bytes.toString('utf8', framer.start, framer.end));
      return 'other';
    }
    if (!eventsSeen) {
      otherBody.push(Buffer.from(framer.bytes.subarray(framer.start, framer.end)));
      otherBytes += framer.end - framer.start;
    }
    return 'drop';
  }

  /** Writes into `step` what ends the stream, if this meaning does. */
  function stop(step: Mutable<StreamStep>, meaning: EventMeaning | 'malformed'): void {
    if (meaning === 'malformed') {
      if (++malformed > maxMalformed) fail(step, 'malformed_events');
    } else if (meaning === 'end') {
      facts.terminatorSeen = true;
      const fault = judgeEnd();
      over = true;
      complete = fault === null;
      if (fault !== null) step.fault = fault;
      else step.terminator = grammar.endsWithDone ? DONE : framer.bytes.subarray(framer.start, framer.end);
    } else if (typeof meaning === 'object') {
      Object.assign(step, meaning);
      over = true;
    }
  }

  function fail(step: Mutable<StreamStep>, fault: BodyFault): void {
    step.fault = fault;
    over = true;
  }

  function end(): StreamStep {
    if (over) return NOTHING;
    const step: Mutable<StreamStep> = { ...NOTHING };
    if (framer.last()) endWithCutEvent(step);
    if (over) return step;
    over = true;
    if (!eventsSeen && otherBody.length > 0) {
      return { ...step, ...readOtherBody(Buffer.concat(otherBody)) };
    }
    step.fault = judgeEnd();
    complete = step.fault === null;
    return step;
  }

  /** The last event lacks its blank line: it counts if it is whole nevertheless. */
  function endWithCutEvent(step: Mutable<StreamStep>): void {
    const meaning = read();
    if (meaning === 'malformed' || meaning === 'drop') return;
    if (framer.data === null) return;
    if (meaning === 'content' || meaning === 'other') {
      step.content = meaning === 'content';
      step.bytes = Buffer.concat([framer.bytes.subarray(framer.start, framer.end), BLANK]);
    } else {
      stop(step, meaning);
      if (step.terminator !== null && step.terminator !== DONE)
        step.terminator = Buffer.concat([step.terminator, BLANK]);
    }
  }

  /** Null when what was seen is an answer. */
  function judgeEnd(): BodyFault | null {
    if (facts.contentSeen) return facts.finishSeen || facts.terminatorSeen ? null : 'truncated';
    if (facts.finishSeen)
      return facts.finish !== null && grammar.needsContent(facts.finish) ? 'empty_content' : null;
    if (!eventsSeen) return 'empty_body';
    return facts.terminatorSeen ? 'empty_content' : 'truncated';
  }

  return {
    push,
    end,
    closing: () => Buffer.from(complete ? grammar.closing() : ''),
    get contentSeen() {
      return facts.contentSeen;
    },
    get finishSeen() {
      return facts.finishSeen;
    },
    get finish() {
      return facts.finish;
    },
    get terminatorSeen() {
      return facts.terminatorSeen;
    },
    get usage() {
      return facts.usage;
    },
    get model() {
      return facts.model;
    },
  };
}
