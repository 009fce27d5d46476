import type { Names } from '../ledger.ts';

export const CHAT_NAMES: Names = {
  turns: 'messages',
  thoughts: 'messages[].reasoning_content',
  reasoning: 'reasoning_effort',
  stop: 'stop',
  user: 'user',
};

export const MESSAGES_NAMES: Names = {
  turns: 'messages',
  thoughts: 'messages[].content[].thinking',
  reasoning: 'thinking',
  stop: 'stop_sequences',
  user: 'metadata.user_id',
};

export const RESPONSES_NAMES: Names = {
  turns: 'input',
  thoughts: 'input[].reasoning',
  reasoning: 'reasoning.effort',
  stop: 'stop',
  user: 'user',
};

export const COMPLETIONS_NAMES: Names = {
  turns: 'prompt',
  thoughts: 'prompt',
  reasoning: 'reasoning',
  stop: 'stop',
  user: 'user',
};
