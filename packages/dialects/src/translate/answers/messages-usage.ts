import { countOf, isObject } from '../../json.ts';
import type { AnswerUsage } from '../conversation.ts';

/** `usage` of a message: `input_tokens` leaves out what was read from the cache or written to it. Null when nothing is counted. */
export function readMessagesUsage(usage: unknown): AnswerUsage | null {
  if (!isObject(usage)) return null;
  const fresh = countOf(usage.input_tokens);
  const output = countOf(usage.output_tokens);
  if (fresh === null && output === null) return null;
  const cachedInput = countOf(usage.cache_read_input_tokens);
  const cacheWrite = countOf(usage.cache_creation_input_tokens);
  const details = isObject(usage.output_tokens_details) ? usage.output_tokens_details : {};
  return {
    input: fresh === null ? null : fresh + (cachedInput ?? 0) + (cacheWrite ?? 0),
    output,
    cachedInput,
    cacheWrite,
    reasoning: countOf(details.thinking_tokens),
  };
}

export const NO_USAGE: AnswerUsage = {
  input: null,
  output: null,
  cachedInput: null,
  cacheWrite: null,
  reasoning: null,
};

/** What is not told counts as 0, and what only Anthropic could tell is null; the output includes the thinking. */
export function writeMessagesUsage(usage: AnswerUsage) {
  const { input, output, cachedInput, cacheWrite, reasoning } = usage;
  return {
    input_tokens: Math.max(0, (input ?? 0) - (cachedInput ?? 0) - (cacheWrite ?? 0)),
    cache_creation_input_tokens: cacheWrite ?? 0,
    cache_read_input_tokens: cachedInput ?? 0,
    output_tokens: output ?? 0,
    output_tokens_details: reasoning === null ? null : { thinking_tokens: reasoning },
    cache_creation: null,
    inference_geo: null,
    server_tool_use: null,
    service_tier: null,
    speed: null,
  };
}
