import type { TokenEvent, TokenState } from './token-state.ts';

export interface PoolMember {
  readonly name: string;
  readonly account: string;
}

/** What the states need to know of a pool; the configuration's `TokenPool` is one. */
export interface PoolDefinition<Member extends PoolMember = PoolMember> {
  readonly name: string;
  readonly tokens: readonly Member[];
  readonly strategy: 'sticky' | 'round_robin' | 'least_used';
  readonly maxFailures: number;
  readonly blockForMs: number;
}

/** What is known of a pool. Plain JSON. */
export interface PoolState {
  /** The token a sticky pool starts with; null only in a pool without tokens. */
  readonly current: string | null;
  /** When `current` was last moved; the later move wins. */
  readonly movedMs: number;
  readonly tokens: Readonly<Record<string, TokenState>>;
}

export type PoolEvent =
  | { readonly kind: 'token'; readonly token: string; readonly event: TokenEvent }
  /** An operator moves the pool to a token, or (null) to the next one. */
  | { readonly kind: 'rotate'; readonly to: string | null }
  /** An operator clears one token, or (null) all. */
  | { readonly kind: 'reset'; readonly token: string | null };
