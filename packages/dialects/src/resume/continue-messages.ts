import { countOf, isObject, type JsonObject, textOf } from '../json.ts';
import { namedEvent } from '../sse/write-event.ts';
import type { EventRewriter, Share } from './event-rewriter.ts';
import type { TextJoin } from './join-text.ts';
import type { Spoken } from './spoken.ts';

/**
 * Events of a continuation as those of the message it continues: its start is left out, its text goes on in the block that is
 * open or in the next one, and all other kinds of blocks (another model's thinking) are left out.
 */
export function continueMessages({ block }: Spoken, join: TextJoin, share: Share): EventRewriter {
  const leftOut = new Set<unknown>();
  let { index, open } = block;

  function say(text: string): string {
    if (text === '') return '';
    return begin() + event('content_block_delta', { index, delta: { type: 'text_delta', text } });
  }

  function begin(): string {
    if (open) return '';
    open = true;
    index++;
    return event('content_block_start', { index, content_block: { type: 'text', text: '' } });
  }

  function end(): string {
    const rest = say(join.flush());
    if (!open) return rest;
    open = false;
    return rest + event('content_block_stop', { index });
  }

  function rewrite(event: JsonObject): string {
    const { type } = event;
    switch (type) {
      case 'message_start':
        return '';
      case 'content_block_start':
        if (isObject(event.content_block) && event.content_block.type === 'text')
          return say(join.push(textOf(event.content_block.text) ?? ''));
        leftOut.add(event.index);
        return '';
      case 'content_block_delta':
        if (leftOut.has(event.index) || !isObject(event.delta)) return '';
        if (event.delta.type === 'text_delta') return say(join.push(textOf(event.delta.text) ?? ''));
        return say(join.flush()) + begin() + namedEvent(type, { ...event, index });
      case 'content_block_stop':
        return leftOut.has(event.index) ? '' : end();
      case 'message_delta':
        return end() + namedEvent(type, { ...event, usage: wholeUsage(event.usage, share) });
      default:
        return namedEvent(String(type), event);
    }
  }

  return { terminator: event('message_stop', {}), rewrite };
}

function event(type: string, fields: object): string {
  return namedEvent(type, { type, ...fields });
}

function wholeUsage(given: unknown, share: Share): JsonObject {
  const usage = isObject(given) ? given : {};
  const { inputTokens, outputTokens } = share({
    inputTokens: countOf(usage.input_tokens),
    outputTokens: countOf(usage.output_tokens) ?? 0,
  });
  return {
    ...usage,
    ...(inputTokens === null ? {} : { input_tokens: inputTokens }),
    output_tokens: outputTokens,
  };
}
