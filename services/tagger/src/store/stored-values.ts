/** Reading the columns of a `posts` table whose types another program may have chosen. */

/** ISO 8601 of a stored time: a Date, text (SQLite's own has no zone and means UTC), epoch seconds or ms. Null: none or unreadable. */
export function readTime(stored: unknown): string | null {
  const date = toDate(stored);
  return date && Number.isFinite(date.getTime()) ? date.toISOString() : null;
}

/** Epoch seconds stay below this until the year 5138, epoch ms have been above it since 1973. */
const SECONDS_BELOW = 1e11;

function toDate(stored: unknown): Date | null {
  if (stored instanceof Date) return stored;
  if (typeof stored === 'number') return new Date(stored < SECONDS_BELOW ? stored * 1000 : stored);
  if (typeof stored !== 'string') return null;
  return new Date(
    /^\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d(\.\d+)?)?$/.test(stored) ? `${stored.replace(' ', 'T')}Z` : stored,
  );
}

/** Tags stored as an array, as a JSON list, or as text with commas. */
export function readTags(stored: unknown): string[] {
  if (Array.isArray(stored)) return stored.map(String);
  if (typeof stored !== 'string' || stored.trim() === '') return [];
  try {
    const json: unknown = JSON.parse(stored);
    if (json === null) return [];
    return Array.isArray(json) ? json.map(String) : [stored];
  } catch {
    return stored.split(',').flatMap((tag) => tag.trim() || []);
  }
}
