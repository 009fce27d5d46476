import { countOf, isObject, textOf } from '../json.ts';
import type { SpokenReader } from './spoken.ts';

/** Of a Messages stream. Thinking, tool calls, citations and every block but text are more than text. */
export function messagesSpoken(): SpokenReader {
  let text = '';
  let plain = true;
  let finished = false;
  let inputTokens: number | null = null;
  let block = { index: -1, open: false };

  const readText = (part: unknown, type: string): void => {
    if (isObject(part) && part.type === type) text += textOf(part.text) ?? '';
    else plain = false;
  };

  return {
    read(event) {
      switch (event.type) {
        case 'message_start':
          if (isObject(event.message) && isObject(event.message.usage))
            inputTokens = countOf(event.message.usage.input_tokens);
          break;
        case 'content_block_start':
          block = { index: countOf(event.index) ?? block.index + 1, open: true };
          readText(event.content_block, 'text');
          break;
        case 'content_block_delta':
          readText(event.delta, 'text_delta');
          break;
        case 'content_block_stop':
          block = { ...block, open: false };
          break;
        case 'message_delta':
          finished = true;
      }
    },
    spoken: () => (plain && !finished && text !== '' ? { text, identity: {}, inputTokens, block } : null),
  };
}
