import type { Protocol } from '@holdfast/config/types';

/** Without look-alikes, so that no model can misread one. */
const ALPHABET = 'ABCDEFGHJKMNPQRTUVWXYZ2346789';
const CODE_LENGTH = 8;

/** Enough for a reasoning model to think before it answers; a plain one stops after a few. */
export const MAX_OUTPUT = 1024;

/** A code nobody can have answered before. `random` gives numbers in [0, 1). */
export function randomCode(random: () => number): string {
  return Array.from({ length: CODE_LENGTH }, () => ALPHABET[Math.floor(random() * ALPHABET.length)]).join('');
}

/** A short conversation that only a working model answers with the code. `limitField`: newer OpenAI models refuse `max_tokens`. */
export function chatQuestion(
  protocol: Protocol,
  model: string,
  code: string,
  limitField: 'max_tokens' | 'max_completion_tokens' = 'max_tokens',
): string {
  const content = `Reply with exactly this code and nothing else: ${code}`;
  const messages = [{ role: 'user', content }];
  return JSON.stringify({
    model,
    messages,
    [protocol === 'anthropic' ? 'max_tokens' : limitField]: MAX_OUTPUT,
  });
}

/** Whether the answer has the code, however it is wrapped. */
export function echoes(text: string, code: string): boolean {
  return text
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '')
    .includes(code);
}
