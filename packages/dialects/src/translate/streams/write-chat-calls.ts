import type { Conversation } from '../conversation.ts';
import { customText, isCustom } from '../custom-tools.ts';
import { toolCallId } from '../tool-call-id.ts';

/** Writes the fields of chat deltas that call tools, one call after the other; empty when there is nothing to write. */
export interface CallWriter {
  begin(id: string, name: string): string;
  input(json: string): string;
  /** The current part, a call or not, has ended. */
  end(): string;
}

/** `tool_calls`. The text that a custom tool takes is known only when its input is whole. */
export function writeToolCalls(request: Conversation): CallWriter {
  let index = -1;
  let custom: string | null = null;

  return {
    begin(id, name) {
      index++;
      custom = isCustom(request, name) ? '' : null;
      const called =
        custom === null ? { function: { name, arguments: '' } } : { custom: { name, input: '' } };
      const type = custom === null ? 'function' : 'custom';
      return `"tool_calls":${JSON.stringify([{ index, id: toolCallId(id), type, ...called }])}`;
    },
    input(json) {
      if (custom === null)
        return `"tool_calls":[{"index":${index},"function":{"arguments":${JSON.stringify(json)}}}]`;
      custom += json;
      return '';
    },
    end() {
      if (custom === null) return '';
      const input = customText(custom);
      custom = null;
      return `"tool_calls":${JSON.stringify([{ index, custom: { input } }])}`;
    },
  };
}

/** `function_call`, for clients from before the tools: one call, without an id. */
export function writeFunctionCall(): CallWriter {
  let calls = 0;

  return {
    begin(_id, name) {
      return calls++ > 0 ? '' : `"function_call":${JSON.stringify({ name, arguments: '' })}`;
    },
    input(json) {
      return calls > 1 ? '' : `"function_call":{"arguments":${JSON.stringify(json)}}`;
    },
    end: () => '',
  };
}
