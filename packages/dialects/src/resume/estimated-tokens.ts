/** About what English text has (platform.openai.com, tokenizer: "one token generally corresponds to ~4 characters"). */
const charsPerToken = 4;

/** A model's count of a text of so many characters, roughly. */
export function estimatedTokens(chars: number): number {
  return Math.ceil(chars / charsPerToken);
}
