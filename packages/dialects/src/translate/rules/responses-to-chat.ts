import type { FieldRules } from '../ledger.ts';
import { MESSAGES_TO_CHAT } from './messages-to-chat.ts';
import { RESPONSES_RULES } from './responses.ts';
import { tell } from './rule.ts';

export const RESPONSES_TO_CHAT = {
  ...RESPONSES_RULES,
  'input[].reasoning': MESSAGES_TO_CHAT['messages[].content[].thinking'],
  'input[].content[].detail': tell('of an image'),
  'input[].content[].input_file': tell("a file as data URL; a document's web address is refused"),
  'text.format': tell('`response_format`'),
  'reasoning.effort': tell(
    '`reasoning_effort`; `none` is dropped, more than `high` is `high`; dropped for OpenAI models that do not reason',
  ),
} as const satisfies FieldRules;
