import { countOf, isObject } from '../../json.ts';
import type { AnswerUsage } from '../conversation.ts';

/** `usage` of chat and legacy completions: `prompt_tokens` counts what came from the cache too. Null when nothing is counted. */
export function readChatUsage(usage: unknown): AnswerUsage | null {
  if (!isObject(usage)) return null;
  const prompt = isObject(usage.prompt_tokens_details) ? usage.prompt_tokens_details : {};
  const completion = isObject(usage.completion_tokens_details) ? usage.completion_tokens_details : {};
  const input = countOf(usage.prompt_tokens);
  const output = countOf(usage.completion_tokens);
  if (input === null && output === null) return null;
  return {
    input,
    output,
    // DeepSeek counts hits at the top.
    cachedInput: countOf(prompt.cached_tokens) ?? countOf(usage.prompt_cache_hit_tokens),
    cacheWrite: countOf(prompt.cache_write_tokens),
    reasoning: countOf(completion.reasoning_tokens),
  };
}

/** What is not told counts as 0. `cache_write_tokens` is OpenRouter's word. */
export function writeChatUsage({ input, output, cachedInput, cacheWrite, reasoning }: AnswerUsage) {
  return {
    prompt_tokens: input ?? 0,
    completion_tokens: output ?? 0,
    total_tokens: (input ?? 0) + (output ?? 0),
    prompt_tokens_details: {
      cached_tokens: cachedInput ?? 0,
      ...(cacheWrite === null ? {} : { cache_write_tokens: cacheWrite }),
    },
    completion_tokens_details: { reasoning_tokens: reasoning ?? 0 },
  };
}
