import { isObject } from '../json.ts';

/** A letter or an underscore in disguise. */
const ASCII_ESCAPE = /\\u00[4-7]/;

/**
 * Some key would change a prototype if anybody merged this value: `__proto__`, or `constructor` with a `prototype`
 * (FAULTS C10). A property that is merely called `constructor`, as in a tool's schema, is no harm. `text` is the JSON the
 * value was parsed from: unless it has `\uXXXX` escapes, it shows at once that there is nothing to look for.
 */
export function hasUnsafeKey(text: string, escapes: boolean, value: unknown): boolean {
  const possible =
    text.includes('__proto__') || text.includes('constructor') || (escapes && ASCII_ESCAPE.test(text));
  return possible && unsafe(value);
}

function unsafe(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(unsafe);
  if (!isObject(value)) return false;
  for (const [key, inner] of Object.entries(value)) {
    if (key === '__proto__') return true;
    if (key === 'constructor' && isObject(inner) && Object.hasOwn(inner, 'prototype')) return true;
    if (unsafe(inner)) return true;
  }
  return false;
}

/** A `\uD800` to `\uDFFF` escape without its other half: no UTF-8 can carry that text (FAULTS C12). `text` is valid JSON. */
export function hasLoneSurrogate(text: string): boolean {
  if (!/\\u[dD][89a-fA-F]/.test(text)) return false;
  let high = -1; // where a high half ended
  for (const match of text.matchAll(/\\(?:u([0-9a-fA-F]{4})|[^u])/g)) {
    const unit = match[1] === undefined ? 0 : Number.parseInt(match[1], 16);
    const isLow = unit >= 0xdc00 && unit <= 0xdfff;
    if (isLow !== (high === match.index) || (high !== -1 && !isLow)) return true;
    high = unit >= 0xd800 && unit <= 0xdbff ? match.index + match[0].length : -1;
  }
  return high !== -1;
}
