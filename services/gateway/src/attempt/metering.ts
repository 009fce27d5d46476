import type { Verdict } from '@holdfast/core/verdict';
import type { Exchange } from '../ingress/exchange.ts';
import type { EndpointRuntime } from '../states/endpoint-runtime.ts';
import type { Made } from './make-attempt.ts';

/** Whether a stream is asked for usage on our own account: its client says nothing of that, and the endpoint is not known to refuse it. */
export function asksForUsage(
  { stream, facts, dialect }: Exchange,
  { endpoint, state }: EndpointRuntime,
): boolean {
  return (
    stream !== null &&
    dialect.openMeteredStream !== null &&
    !facts.hasStreamOptions &&
    endpoint.streamUsage === true &&
    !state.refusesStreamUsage
  );
}

/** Whether an endpoint that is told in its own dialect may be asked for usage: it is not known to refuse it. */
export const mayAskForUsage = ({ endpoint, state }: EndpointRuntime): boolean =>
  endpoint.streamUsage !== false && !state.refusesStreamUsage;

/** A refusal of what we asked for on our own account is not the client's fault: the endpoint is asked again without it, now and from now on. */
export function verdictOnMetering({ facts }: Exchange, { plan, report }: Made, verdict: Verdict): Verdict {
  const { observation, committed } = report;
  if (committed || facts.hasStreamOptions || observation.kind !== 'refused' || verdict.retry !== 'stop')
    return verdict;
  const { param, message } = observation.error;
  if (!/stream_options|include_usage/.test(`${param} ${message}`)) return verdict;
  plan.runtime.state.refusesStreamUsage = true;
  return { ...verdict, retry: 'same_once', passThrough: false };
}
