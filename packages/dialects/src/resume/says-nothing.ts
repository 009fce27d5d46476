/** A field that is there for its form only: null, empty, or a list of nothing. */
export function saysNothing(value: unknown): boolean {
  return (
    value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
  );
}
