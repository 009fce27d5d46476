import type { Observation } from '@holdfast/core/verdict';
import type { AnswerFinding, Dialect } from '@holdfast/dialects/dialect';
import type { AttemptOrder } from './attempt.ts';
import { type Body, type BodyEvents, createCollector } from './bodies.ts';

const EVENTS = /^(?:text\/event-stream|application\/x-ndjson)/;
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/**
 * A 2xx that is to be judged whole: the client asked for no stream, or asked for one and got something else. What came
 * in the other form is told in the one asked for (FAULTS S11, S12).
 */
export function answerBody(
  order: AttemptOrder,
  status: number,
  contentType: string,
  events: BodyEvents,
): Body {
  const collector = createCollector(MAX_ANSWER_BYTES);
  let answer: Buffer | null = null;
  let finding: (AnswerFinding & { kind: 'ok' }) | null = null;
  let finished = false;

  const judge = (): Observation => {
    let body = collector.take();
    if (EVENTS.test(contentType)) {
      const told = order.dialect.streamToAnswer(body);
      if (told === null) return failedStream(order.dialect, body, status);
      body = told;
    }
    const found = order.dialect.readAnswer(body, contentType);
    if (found.kind === 'error')
      return { kind: 'refused', status, headers: {}, error: found.error, body: 'json' };
    if (found.kind === 'bad') return { kind: 'bad_body', status, fault: found.fault };
    finding = found;
    answer = order.wantsStream ? order.dialect.answerToStream(body) : body;
    return { kind: 'success' };
  };

  return {
    push(chunk) {
      if (!collector.add(chunk))
        events.found(
          { kind: 'transport', cause: 'too_large', reusedSocket: false, detail: 'body too large' },
          null,
        );
    },
    end() {
      finished = true;
      events.found(judge(), null);
    },
    completeWithoutEnd: () => false,
    held: () => null,
    get finished() {
      return finished;
    },
    get answer() {
      return answer;
    },
    get finding() {
      return finding;
    },
    get usage() {
      return finding?.usage ?? null;
    },
    get model() {
      return finding?.model ?? null;
    },
  };
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
