import { MAX_ERROR_BYTES, readErrorBody } from '@holdfast/dialects/errors/read-error-body';
import { Collector } from '../collector.ts';
import type { Body, BodyEvents } from './bodies.ts';

/** The body of a status that is no 2xx. */
export function refusalBody(
  status: number,
  headers: Readonly<Record<string, string>>,
  events: BodyEvents,
): Body {
  const collector = new Collector(MAX_ERROR_BYTES);
  let finished = false;
  const judge = () => {
    const { error, body } = readErrorBody(collector.take());
    events.found({ kind: 'refused', status, headers, error, body }, null);
  };
  return {
    push(chunk) {
      if (!collector.add(chunk)) judge();
    },
    end() {
      finished = true;
      judge();
    },
    completeWithoutEnd: () => true,
    held: () => null,
    answer: null,
    finding: null,
    usage: null,
    model: null,
    get finished() {
      return finished;
    },
  };
}
