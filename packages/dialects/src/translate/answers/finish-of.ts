import type { Finish } from '../conversation.ts';

/** Servers say `stop`, or nothing at all, of an answer that calls tools or refuses. `kinds`: what parts it has. */
export function finishOf(kinds: ReadonlySet<string>, said: Finish): Finish {
  if (said !== 'stop') return said;
  if (kinds.has('tool_call')) return 'tool_calls';
  return kinds.has('refusal') ? 'refusal' : 'stop';
}
