import { matchesGlob } from '@holdfast/core/glob';
import type { ParsedConfig } from './schema.ts';
import type { PoolToken, TokenPool } from './types.ts';

export function buildTokenPools(pools: ParsedConfig['token_pools'], env: NodeJS.ProcessEnv): TokenPool[] {
  return Object.entries(pools).map(([name, pool]) => ({
    name,
    tokens: withEnvironmentTokens(
      pool.tokens.map((token) => ({
        name: token.name,
        value: token.value,
        account: token.account ?? token.name,
      })),
      pool.from_env,
      env,
    ),
    strategy: pool.strategy,
    maxFailures: pool.max_failures,
    blockForMs: pool.block_for,
  }));
}

/** The listed tokens first: they know their accounts. A variable that only repeats one of them adds nothing. */
function withEnvironmentTokens(
  listed: readonly PoolToken[],
  pattern: string | undefined,
  env: NodeJS.ProcessEnv,
): PoolToken[] {
  const tokens = [...listed];
  for (const name of pattern === undefined ? [] : variablesMatching(pattern, env)) {
    const value = env[name]!.trim();
    if (!tokens.some((token) => token.name === name || token.value === value))
      tokens.push({ name, value, account: name });
  }
  return tokens;
}

/** Names of the non-empty variables that match a glob, in natural order (TOKEN, TOKEN2, TOKEN10). `X_FILE` holds a path, no token. */
export function variablesMatching(pattern: string, env: NodeJS.ProcessEnv): string[] {
  return Object.keys(env)
    .filter((name) => matchesGlob(pattern, name) && !name.endsWith('_FILE') && env[name]!.trim() !== '')
    .toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}
