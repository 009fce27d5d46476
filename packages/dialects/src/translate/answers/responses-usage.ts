import type { AnswerUsage } from '../conversation.ts';

/** `usage` of a response. What is not told counts as 0; the input includes the cache, the output the reasoning. */
export function writeResponsesUsage({ input, output, cachedInput, cacheWrite, reasoning }: AnswerUsage) {
  return {
    input_tokens: input ?? 0,
    input_tokens_details: { cached_tokens: cachedInput ?? 0, cache_write_tokens: cacheWrite ?? 0 },
    output_tokens: output ?? 0,
    output_tokens_details: { reasoning_tokens: reasoning ?? 0 },
    total_tokens: (input ?? 0) + (output ?? 0),
  };
}
