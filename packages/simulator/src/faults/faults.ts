import type { Answer, FaultName } from '../behaviour.ts';
import { falseSuccesses, oddSuccesses } from './false-successes.ts';
import type { Fault, FaultCall } from './fault.ts';
import { limits } from './limits.ts';
import { outages } from './outages.ts';
import { refusals } from './refusals.ts';

/** Every fault by name, in the shapes real providers were seen to send. */
export const faults: Readonly<Record<FaultName, Fault>> = {
  ...falseSuccesses,
  ...oddSuccesses,
  ...refusals,
  ...limits,
  ...outages,
};

/** The fault's answer, overridden by whatever else the answer says. */
export function expandFault(answer: Answer, call: FaultCall): Answer {
  if (!answer.fault) return answer;
  const fault = faults[answer.fault];
  const base = typeof fault === 'function' ? fault(call) : fault;
  return { ...base, ...answer, headers: { ...base.headers, ...answer.headers } };
}
