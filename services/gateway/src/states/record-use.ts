import type { Endpoint, PoolToken } from '@holdfast/config/types';
import { verdictToTokenEvent } from '@holdfast/core/tokens/verdict-to-token-event';
import type { Verdict } from '@holdfast/core/verdict';
import type { Gateway } from '../gateway.ts';

/** Writes down what a use of a pool's token taught: here at once, for the others behind the request's back. `model`: the endpoint's name for it. */
export function recordUse(
  { tokens, reports, now }: Gateway,
  { tokenPool }: Endpoint,
  model: string,
  { name, account }: PoolToken,
  verdict: Verdict,
): void {
  const use = { token: name, account, model };
  const event = verdictToTokenEvent(verdict, use);
  if (!event) return;
  tokens.apply(tokenPool!, event, now());
  reports.tokenUsed(tokenPool!, use, verdict);
}
