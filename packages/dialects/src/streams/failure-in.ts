import { readProviderError } from '../errors/read-provider-error.ts';
import { isObject, type JsonObject, objectsIn, textOf } from '../json.ts';
import type { StreamFailure } from './stream-grammar.ts';

/** Finishes that say the provider broke off, in `finish_reason` or in OpenRouter's `native_finish_reason` (FAULTS P24, P28). */
const BROKEN = new Set(['error', 'network_error']);

/**
 * The failure that one event of any dialect reports, wherever it hides (FAULTS S02, P31): `event: error`, an `error` at
 * the top or in a choice, a flat error without choices, a finish that means a break. Null when it reports none.
 */
export function failureIn(event: JsonObject, name: string | null): StreamFailure | null {
  if (name === 'error' || event.type === 'error' || event.object === 'error' || isError(event.error)) {
    return { error: readProviderError(event) };
  }
  if (event.choices === undefined) return isFlatError(event) ? { error: readProviderError(event) } : null;
  for (const choice of objectsIn(event.choices)) {
    if (isError(choice.error)) return { error: readProviderError({ error: choice.error }) };
    if (
      BROKEN.has(textOf(choice.finish_reason) ?? '') ||
      BROKEN.has(textOf(choice.native_finish_reason) ?? '')
    ) {
      return { fault: 'finish_error' };
    }
  }
  return null;
}

function isError(value: unknown): boolean {
  return isObject(value) || textOf(value) !== null;
}

/** Cerebras `{message, type, code}`, MiniMax `{base_resp}`, NVIDIA `{status, title}`, FastAPI `{detail}`. */
function isFlatError(event: JsonObject): boolean {
  if (typeof event.message === 'string') return true;
  if (isObject(event.base_resp) && event.base_resp.status_code !== 0) return true;
  if (event.type !== undefined || event.object !== undefined) return false;
  return event.detail !== undefined || (typeof event.status === 'number' && event.status >= 400);
}
