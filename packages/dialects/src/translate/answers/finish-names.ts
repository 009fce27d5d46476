import { FILTER_FINISHES, LENGTH_FINISHES } from '../../answers/finish-reasons.ts';
import { type JsonObject, textOf } from '../../json.ts';
import type { Answer, Finish } from '../conversation.ts';

/** `finish_reason` of chat and legacy completions. A pause of the model has no name there. */
export const CHAT_FINISHES = {
  stop: 'stop',
  stop_sequence: 'stop',
  length: 'length',
  tool_calls: 'tool_calls',
  refusal: 'content_filter',
  content_filter: 'content_filter',
  pause: 'stop',
  context_window: 'length',
} as const satisfies Record<Finish, string>;

/** `stop_reason` (docs.anthropic.com, "Handling stop reasons"). */
export const MESSAGES_FINISHES = {
  stop: 'end_turn',
  stop_sequence: 'stop_sequence',
  length: 'max_tokens',
  tool_calls: 'tool_use',
  refusal: 'refusal',
  content_filter: 'refusal',
  pause: 'pause_turn',
  context_window: 'model_context_window_exceeded',
} as const satisfies Record<Finish, string>;

/** How a chat's choice says that it ended. vLLM and its like say at which sequence they stopped. */
export function readChatFinish(choice: JsonObject): Pick<Answer, 'finish' | 'stopSequence'> {
  const native = textOf(choice.native_finish_reason) ?? '';
  const finish = named(FILTER_FINISHES.has(native) ? native : (textOf(choice.finish_reason) ?? ''));
  const stopSequence = finish === 'stop' ? textOf(choice.stop_reason) : null;
  return { finish: stopSequence === null ? finish : 'stop_sequence', stopSequence };
}

/** Providers have names of their own for what OpenAI calls `length` and `content_filter`; what nobody knows is a stop. */
function named(name: string): Finish {
  if (name === 'tool_calls' || name === 'function_call') return 'tool_calls';
  if (LENGTH_FINISHES.has(name)) return 'length';
  return FILTER_FINISHES.has(name) ? 'content_filter' : 'stop';
}

const BY_STOP_REASON: ReadonlyMap<string, Finish> = new Map([
  ['stop_sequence', 'stop_sequence'],
  ['max_tokens', 'length'],
  ['tool_use', 'tool_calls'],
  ['refusal', 'refusal'],
  ['pause_turn', 'pause'],
  ['model_context_window_exceeded', 'context_window'],
]);

export function readMessagesFinish(name: string): Finish {
  return BY_STOP_REASON.get(name) ?? 'stop';
}
