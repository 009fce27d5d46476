import { isObject } from '@holdfast/dialects/json';

/**
 * One text for all JSON that means the same: keys sorted, no white space. Null when a number does not survive parsing (an
 * integer beyond 2^53), so that two different requests could look alike. Depth is the caller's business.
 */
export function canonicalJson(value: unknown): string | null {
  try {
    return write(value, '');
  } catch (error) {
    if (error === LOSSY) return null;
    throw error;
  }
}

const LOSSY = new Error('a number is not what was sent');

function write(value: unknown, under: string): string {
  if (Array.isArray(value)) return `[${value.map((item) => write(item, '')).join(',')}]`;
  if (isObject(value)) {
    const names = Object.keys(value);
    // Models write fields in the order in which a schema names its properties.
    if (under !== 'properties') names.sort();
    return `{${names.map((name) => `${JSON.stringify(name)}:${write(value[name], name)}`).join(',')}}`;
  }
  if (typeof value === 'number' && (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER))
    throw LOSSY;
  return JSON.stringify(value);
}
