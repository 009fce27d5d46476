import type { AnswerFinding } from '@holdfast/dialects/dialect';
import type { AttemptOrder } from './attempt.ts';
import { type Body, type BodyEvents, createCollector } from './bodies.ts';

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

  const judge = (): void => {
    let body = collector.take();
    if (/^(?:text\/event-stream|application\/x-ndjson)/.test(contentType)) {
      const told = order.dialect.streamToAnswer(body);
      if (told === null) return events.found({ kind: 'bad_body', status, fault: 'truncated' }, null);
      body = told;
    }
    const found = order.dialect.readAnswer(body, contentType);
    if (found.kind === 'error')
      return events.found({ kind: 'refused', status, headers: {}, error: found.error, body: 'json' }, null);
    if (found.kind === 'bad') return events.found({ kind: 'bad_body', status, fault: found.fault }, null);
    finding = found;
    answer = order.wantsStream ? order.dialect.answerToStream(body) : body;
    events.found({ kind: 'success' }, null);
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
      judge();
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
