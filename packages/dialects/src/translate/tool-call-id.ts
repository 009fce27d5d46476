import { sha256 } from './sha256.ts';

/** Anthropic's pattern, and OpenAI's limit of 40 characters. */
const SAFE = /^[\w-]{1,40}$/;

/**
 * An id that every vendor takes. One that some vendor would refuse is replaced by a digest: always by the same, so that call and
 * result stay together, also when the client sends them again.
 */
export function toolCallId(id: string): string {
  return SAFE.test(id) ? id : `call_${sha256(id).slice(0, 24)}`;
}
