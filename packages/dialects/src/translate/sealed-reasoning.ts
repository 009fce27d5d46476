import type { ReasoningPart } from './conversation.ts';

const SIGNATURE = 'anthropic-claude-v1:signature:';
const SEALED = 'anthropic-claude-v1:sealed:';

type Seals = Pick<ReasoningPart, 'signature' | 'sealed'>;

/**
 * What only its provider understands of its reasoning, as `encrypted_content` of a response's reasoning item: marked, so that
 * nobody takes what OpenAI wrote there for Anthropic's. Null when there is nothing.
 */
export function sealReasoning({ signature, sealed }: Seals): string | null {
  if (sealed !== null) return SEALED + sealed;
  return signature === null ? null : SIGNATURE + signature;
}

/** Back again; null for what another provider sealed. */
export function openSeal(encrypted: string): Seals | null {
  if (encrypted.startsWith(SEALED)) return { signature: null, sealed: encrypted.slice(SEALED.length) };
  if (!encrypted.startsWith(SIGNATURE)) return null;
  return { signature: encrypted.slice(SIGNATURE.length), sealed: null };
}
