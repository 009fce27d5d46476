import type { FieldRules } from '../ledger.ts';
import { COMPLETIONS_RULES } from './completions.ts';
import { MESSAGES_TO_CHAT } from './messages-to-chat.ts';
import { tell } from './rule.ts';

export const COMPLETIONS_TO_CHAT = {
  ...COMPLETIONS_RULES,
  stop: MESSAGES_TO_CHAT.stop_sequences,
  temperature: MESSAGES_TO_CHAT.temperature,
  top_p: MESSAGES_TO_CHAT.top_p,
  frequency_penalty: tell('dropped for OpenAI models that reason'),
  presence_penalty: tell('dropped for OpenAI models that reason'),
  seed: tell(),
  top_k: MESSAGES_TO_CHAT.top_k,
} as const satisfies FieldRules;
