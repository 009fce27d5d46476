import { isError, withoutAnswer } from '../answers/finding.ts';
import { BROKEN_FINISHES } from '../answers/finish-reasons.ts';
import { readProviderError } from '../errors/read-provider-error.ts';
import { type JsonObject, objectsIn, textOf } from '../json.ts';
import type { StreamFailure } from './stream-grammar.ts';

/**
 * The failure that one event of any dialect reports, wherever it hides (FAULTS S02, P24, P28, P31): `event: error`, an
 * `error` at the top or in a choice, a flat error in place of choices, a finish that means a break (`finish_reason`, or
 * OpenRouter's `native_finish_reason`). Null when it reports none.
 */
export function failureIn(event: JsonObject, name: string | null): StreamFailure | null {
  if (name === 'error' || event.type === 'error' || event.object === 'error' || isError(event.error)) {
    return { error: readProviderError(event) };
  }
  if (!Array.isArray(event.choices)) {
    const finding = withoutAnswer(event);
    return finding.kind === 'error' ? { error: finding.error } : null;
  }
  for (const choice of objectsIn(event.choices)) {
    if (isError(choice.error)) return { error: readProviderError({ error: choice.error }) };
    if (isBroken(choice.finish_reason) || isBroken(choice.native_finish_reason))
      return { fault: 'finish_error' };
  }
  return null;
}

function isBroken(finish: unknown): boolean {
  return BROKEN_FINISHES.has(textOf(finish) ?? '');
}
