import type { ReasoningPart } from './conversation.ts';
import { OUR_MARK } from './our-mark.ts';

const SIGNATURE = `${OUR_MARK}signature:`;
const SEALED = `${OUR_MARK}sealed:`;
const UNSEALED = `${OUR_MARK}unsealed`;

type Seals = Pick<ReasoningPart, 'signature' | 'sealed'>;

/**
 * What only its provider understands of its reasoning, as `encrypted_content` of a response's reasoning item: marked, also where
 * there is nothing, as OpenAI answers 400 to an item of thoughts that are not its own.
 */
export function sealReasoning({ signature, sealed }: Seals): string {
  if (sealed !== null) return SEALED + sealed;
  return signature === null ? UNSEALED : SIGNATURE + signature;
}

/** Back again; null for what another provider sealed. */
export function openSeal(encrypted: string): Seals | null {
  if (encrypted === UNSEALED) return { signature: null, sealed: null };
  if (encrypted.startsWith(SEALED)) return { signature: null, sealed: encrypted.slice(SEALED.length) };
  if (!encrypted.startsWith(SIGNATURE)) return null;
  return { signature: encrypted.slice(SIGNATURE.length), sealed: null };
}
