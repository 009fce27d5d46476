import type { Verdict } from '@holdfast/core/verdict';
import { withoutForeignThoughts, withoutThoughts } from '@holdfast/dialects/translate/foreign-thoughts';
import type { Exchange } from '../ingress/exchange.ts';
import type { Made } from './make-attempt.ts';
import { tellingAt } from './translations.ts';

/**
 * How vendors refuse thoughts that they did not seal, or under another account: Anthropic's "Invalid `signature` in `thinking` block",
 * "blocks in the latest assistant message cannot be modified" and "Expected `thinking`"; OpenAI's `invalid_encrypted_content` and "Item
 * with id 'rs_...' not found".
 */
const REFUSES_THOUGHTS =
  /invalid_encrypted_content|`signature`|`thinking`.{0,80}(?:modified|but found)|item with id 'rs_/i;

/** The request in the client's own dialect, with no thoughts that this endpoint would refuse, as far as that is known. */
export function withAcceptedThoughts(
  { dialect, thoughtsRefused }: Exchange,
  body: Buffer,
  model: string,
): Buffer {
  return thoughtsRefused
    ? withoutThoughts(dialect.name, body)
    : withoutForeignThoughts(dialect.name, body, model);
}

/** Who goes on with another's conversation cannot know its thoughts: the endpoint is asked again without them, and so are all others. */
export function verdictOnThoughts(
  exchange: Exchange,
  { plan, model, report }: Made,
  verdict: Verdict,
): Verdict {
  const { observation, committed } = report;
  if (exchange.thoughtsRefused || committed || observation.kind !== 'refused' || !verdict.passThrough)
    return verdict;
  const { code, message } = observation.error;
  if (!REFUSES_THOUGHTS.test(`${code} ${message}`)) return verdict;
  if (tellingAt(exchange, plan.runtime, model) !== null) return verdict;
  exchange.thoughtsRefused = true;
  return { ...verdict, retry: 'same_once', passThrough: false };
}
