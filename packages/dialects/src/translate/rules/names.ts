import type { Names } from '../ledger.ts';

export const CHAT_NAMES: Names = {
  turns: 'messages',
  thoughts: 'messages[].reasoning_content',
  reasoning: 'reasoning_effort',
  stop: 'stop',
};

export const MESSAGES_NAMES: Names = {
  turns: 'messages',
  thoughts: 'messages[].content[].thinking',
  reasoning: 'thinking',
  stop: 'stop_sequences',
};
