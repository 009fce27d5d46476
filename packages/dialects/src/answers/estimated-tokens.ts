/** About what English text has (platform.openai.com, tokenizer: "one token generally corresponds to ~4 characters"). */
const CHARS_PER_TOKEN = 4;

/** A model's count of a text of so many characters, roughly. */
export function estimatedTokens(chars: number): number {
  return Math.ceil(chars / CHARS_PER_TOKEN);
}
