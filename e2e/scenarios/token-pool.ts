import { randomBytes } from 'node:crypto';
import type { Answer, Behaviour } from '@holdfast/simulator/behaviour';

/** Ten tokens of three accounts, each value with a canary that must never be seen outside of a call. */
export interface TestPool {
  readonly canary: string;
  readonly tokens: readonly { readonly name: string; readonly value: string; readonly account: string }[];
  /** Account by token value. */
  readonly accountOf: ReadonlyMap<string, string>;
}

const ACCOUNTS = { first: 4, second: 3, third: 3 };
export const WITHOUT_MONEY = 'second';
export const WITHOUT_QUOTA = 'third';

export function createTestPool(): TestPool {
  const canary = `canary${randomBytes(12).toString('hex')}`;
  const tokens = Object.entries(ACCOUNTS).flatMap(([account, count]) =>
    Array.from({ length: count }, (_, index) => ({
      name: `${account}-${index + 1}`,
      value: `ghp_${canary}${account}${index + 1}`,
      account,
    })),
  );
  return { canary, tokens, accountOf: new Map(tokens.map(({ value, account }) => [value, account])) };
}

/** What is wrong with whom at one time. */
export interface Trouble {
  /** Names of tokens that the provider does not know. */
  readonly dead?: readonly string[];
  /** Names of tokens that have to rest. */
  readonly limited?: readonly string[];
  /** The account `WITHOUT_MONEY` has none left. */
  readonly money?: boolean;
  /** The account `WITHOUT_QUOTA` has used up its day's quota of the model `big`. */
  readonly quota?: boolean;
}

/** How long a limited token has to rest, as the provider says. */
export const REST_S = 2;
const ALWAYS = Number.MAX_SAFE_INTEGER;

/** A provider that treats each token as the trouble says. */
export function troubled({ tokens }: TestPool, trouble: Trouble): Behaviour[] {
  const answers = (model: 'big' | 'other'): Record<string, Answer> =>
    Object.fromEntries(
      tokens.flatMap(({ name, value, account }): [string, Answer][] => {
        if (trouble.dead?.includes(name)) return [[value, { fault: 'invalid_key' }]];
        if (trouble.money && account === WITHOUT_MONEY) return [[value, { fault: 'insufficient_quota' }]];
        if (trouble.quota && account === WITHOUT_QUOTA && model === 'big')
          return [[value, { fault: 'github_day_quota' }]];
        if (trouble.limited?.includes(name))
          return [[value, { status: 429, headers: { 'retry-after': String(REST_S) } }]];
        return [];
      }),
    );
  return [
    { match: { model: 'big' }, times: ALWAYS, tokens: answers('big') },
    { times: ALWAYS, tokens: answers('other') },
  ];
}
