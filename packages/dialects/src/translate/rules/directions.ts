import type { DialectName } from '../../dialect.ts';
import type { FieldRules } from '../ledger.ts';
import { CHAT_TO_MESSAGES } from './chat-to-messages.ts';
import { COMPLETIONS_TO_CHAT } from './completions-to-chat.ts';
import { COMPLETIONS_TO_MESSAGES } from './completions-to-messages.ts';
import { MESSAGES_TO_CHAT } from './messages-to-chat.ts';
import { RESPONSES_TO_CHAT } from './responses-to-chat.ts';
import { RESPONSES_TO_MESSAGES } from './responses-to-messages.ts';

/** A dialect that clients speak and a request can be told from. */
export type ClientDialectName =
  | 'openai-chat'
  | 'anthropic-messages'
  | 'openai-responses'
  | 'openai-completions';
/** A dialect that endpoints speak and a request can be told in. */
export type EndpointDialectName = 'openai-chat' | 'anthropic-messages';

/** From the client's dialect to the endpoint's; the best first. */
export const DIRECTIONS = {
  'openai-chat': { 'anthropic-messages': CHAT_TO_MESSAGES },
  'anthropic-messages': { 'openai-chat': MESSAGES_TO_CHAT },
  'openai-responses': { 'openai-chat': RESPONSES_TO_CHAT, 'anthropic-messages': RESPONSES_TO_MESSAGES },
  'openai-completions': {
    'openai-chat': COMPLETIONS_TO_CHAT,
    'anthropic-messages': COMPLETIONS_TO_MESSAGES,
  },
} as const satisfies Record<ClientDialectName, { readonly [to in EndpointDialectName]?: FieldRules }>;

const RULES: {
  readonly [from in DialectName]?: { readonly [to in DialectName]?: FieldRules };
} = DIRECTIONS;

/** By the endpoint's dialect, in order of preference; none when nobody can tell `from` in any other. */
export function rulesFrom(from: DialectName): { readonly [to in DialectName]?: FieldRules } {
  return RULES[from] ?? {};
}
