import type { Conversation } from '../conversation.ts';
import { customText, isCustom } from '../custom-tools.ts';
import { sealReasoning } from '../sealed-reasoning.ts';
import { toolCallId } from '../tool-call-id.ts';

/** An item of a response's output while it is told. */
export type OpenItem =
  | { readonly type: 'message'; readonly content: ContentPart[] }
  | { readonly type: 'reasoning'; text: string; signature: string | null; sealed: string | null }
  | OpenCall;

export interface OpenCall {
  readonly type: 'call';
  readonly callId: string;
  readonly name: string;
  /** The client's tool takes free text. */
  readonly custom: boolean;
  input: string;
}

export interface ContentPart {
  readonly kind: 'text' | 'refusal';
  text: string;
}

export type ItemStatus = 'in_progress' | 'completed' | 'incomplete';

export function openCall(request: Conversation, callId: string, name: string): OpenCall {
  return { type: 'call', callId: toolCallId(callId), name, custom: isCustom(request, name), input: '' };
}

/** As `response.output_item.added` and `.done`, and the response itself, have it. `rest`: behind the prefix of its id. */
export function writeItem(item: OpenItem, rest: string, status: ItemStatus) {
  const begun = status === 'in_progress';
  switch (item.type) {
    case 'message': {
      const content = begun ? [] : item.content.map(writeContent);
      return { id: `msg_${rest}`, type: 'message', status, role: 'assistant', content } as const;
    }
    case 'reasoning': {
      const summary = begun || item.text === '' ? [] : [writeSummary(item.text)];
      return {
        id: `rs_${rest}`,
        type: 'reasoning',
        summary,
        encrypted_content: sealReasoning(item),
      } as const;
    }
    case 'call': {
      const { callId, name, input, custom } = item;
      const head = { status, call_id: callId, name };
      return custom
        ? ({
            id: `ctc_${rest}`,
            type: 'custom_tool_call',
            ...head,
            input: begun ? '' : customText(input),
          } as const)
        : ({ id: `fc_${rest}`, type: 'function_call', ...head, arguments: begun ? '' : input } as const);
    }
  }
}

export function writeContent({ kind, text }: ContentPart) {
  return kind === 'text'
    ? ({ type: 'output_text', text, annotations: [], logprobs: [] } as const)
    : ({ type: 'refusal', refusal: text } as const);
}

export function writeSummary(text: string) {
  return { type: 'summary_text', text } as const;
}
