import { matchesGlob } from '@holdfast/core/glob';
import type { RequestLine } from '@holdfast/gateway/access-log';
import { OUTCOMES } from '@holdfast/gateway/metrics/labels';
import { oneOf } from '../command-line.ts';

export interface FilterOptions {
  readonly model?: string | undefined;
  readonly cluster?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly request?: string | undefined;
  /** Comma list. */
  readonly outcome?: string | undefined;
  readonly errors: boolean;
}

/** Ends that a client, or who watches over it, is not happy with. */
const TROUBLE: readonly string[] = ['canned', 'exhausted', 'rejected'];

/** Whether a request is to be shown; every condition must hold. Throws a UsageError for an outcome that does not exist. */
export function requestFilter({
  model,
  cluster,
  endpoint,
  request,
  outcome,
  errors,
}: FilterOptions): (line: RequestLine) => boolean {
  const outcomes = outcome?.split(',').map((word) => oneOf(OUTCOMES, word.trim(), 'outcome'));
  return (line) =>
    (model === undefined || matchesGlob(model, line.model)) &&
    (cluster === undefined || line.cluster === cluster) &&
    (endpoint === undefined || line.trail.some((attempt) => attempt.endpoint === endpoint)) &&
    (request === undefined || line.request_id === request) &&
    (outcomes === undefined || outcomes.includes(line.outcome)) &&
    (!errors || TROUBLE.includes(line.outcome));
}
