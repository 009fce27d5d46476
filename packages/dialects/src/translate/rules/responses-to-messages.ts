import type { FieldRules } from '../ledger.ts';
import { CHAT_TO_MESSAGES } from './chat-to-messages.ts';
import { RESPONSES_RULES } from './responses.ts';
import { drop, tell } from './rule.ts';

export const RESPONSES_TO_MESSAGES = {
  ...RESPONSES_RULES,
  max_output_tokens: CHAT_TO_MESSAGES.max_completion_tokens,
  temperature: CHAT_TO_MESSAGES.temperature,
  top_p: CHAT_TO_MESSAGES.top_p,
  'input[].reasoning': tell('thoughts with a seal of Anthropic; others are dropped'),
  'input[].content[].detail': drop('the model decides', ['auto']),
  'input[].content[].input_file': tell('a PDF by its web address or as data URL; text'),
  'text.format': CHAT_TO_MESSAGES.response_format,
  'reasoning.effort': CHAT_TO_MESSAGES.reasoning_effort,
} as const satisfies FieldRules;
