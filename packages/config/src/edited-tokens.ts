import type { TokenPool } from './types.ts';

/** Names of the tokens whose value another configuration has changed: what was known of them was of other tokens. */
export function editedTokens(before: TokenPool | undefined, after: TokenPool): string[] {
  const values = new Map(before?.tokens.map(({ name, value }) => [name, value]));
  return after.tokens.flatMap(({ name, value }) =>
    values.has(name) && values.get(name) !== value ? [name] : [],
  );
}
