import type { FieldRules } from '../ledger.ts';
import { CHAT_TO_MESSAGES } from './chat-to-messages.ts';
import { COMPLETIONS_RULES } from './completions.ts';

export const COMPLETIONS_TO_MESSAGES = {
  ...COMPLETIONS_RULES,
  stop: CHAT_TO_MESSAGES.stop,
  temperature: CHAT_TO_MESSAGES.temperature,
  top_p: CHAT_TO_MESSAGES.top_p,
  frequency_penalty: CHAT_TO_MESSAGES.frequency_penalty,
  presence_penalty: CHAT_TO_MESSAGES.presence_penalty,
  seed: CHAT_TO_MESSAGES.seed,
  top_k: CHAT_TO_MESSAGES.top_k,
} as const satisfies FieldRules;
