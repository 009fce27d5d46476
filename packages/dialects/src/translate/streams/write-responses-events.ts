import { namedEvent } from '../../sse/write-event.ts';
import { begunResponse, endedResponse } from '../answers/response-document.ts';
import type { Conversation, PartEvent } from '../conversation.ts';
import { customText } from '../custom-tools.ts';
import { sha256 } from '../sha256.ts';
import type { Ending, EventWriter } from './event-writer.ts';
import {
  type ContentPart,
  type ItemStatus,
  type OpenItem,
  openCall,
  writeContent,
  writeItem,
  writeSummary,
} from './response-items.ts';

export interface ResponsesWriter extends EventWriter {
  /** The whole response; asked for once the last part has ended. */
  response(ending: Ending): ReturnType<typeof endedResponse>;
}

/**
 * Writes a response as its events (platform.openai.com/docs/api-reference/responses-streaming). Texts and refusals in a row
 * are the content of one message; each call and each reasoning is an item of its own. An item is done when the next begins, as
 * only the end tells whether the last one is cut.
 */
export function writeResponsesEvents(request: Conversation): ResponsesWriter {
  let begun = begunResponse({ id: null, model: null, created: null }, request);
  let rest = '';
  let sequence = 0;
  const output: object[] = [];
  let item: OpenItem | null = null;
  let place: { readonly item_id: string; readonly output_index: number } = { item_id: '', output_index: 0 };
  let content: ContentPart | null = null;
  let partEnded = false;
  let deltaHead = '';

  function emit(type: string, fields: object): string {
    return namedEvent(type, { type, ...fields, sequence_number: sequence++ });
  }

  /** What comes in many pieces is written by hand. */
  function headOf(type: string, more: object = {}): string {
    const fields = JSON.stringify({ type, ...place, ...more });
    return `event: ${type}\ndata: ${fields.slice(0, -1)},"delta":`;
  }

  function delta(text: string, more = ''): string {
    return `${deltaHead}${JSON.stringify(text)}${more},"sequence_number":${sequence++}}\n\n`;
  }

  function open(next: OpenItem): string {
    const closed = close('completed');
    const output_index = output.length;
    const added = writeItem(next, `${rest}_${output_index}`, 'in_progress');
    item = next;
    partEnded = false;
    place = { item_id: added.id, output_index };
    return closed + emit('response.output_item.added', { output_index, item: added });
  }

  function close(status: ItemStatus): string {
    if (item === null) return '';
    const told = endContent() + endItem(item);
    const { output_index } = place;
    const done = writeItem(item, `${rest}_${output_index}`, status);
    output.push(done);
    item = null;
    return told + emit('response.output_item.done', { output_index, item: done });
  }

  function endItem(ended: OpenItem): string {
    switch (ended.type) {
      case 'message':
        return '';
      case 'reasoning': {
        if (ended.text === '') return '';
        const at = { ...place, summary_index: 0 };
        return (
          emit('response.reasoning_summary_text.done', { ...at, text: ended.text }) +
          emit('response.reasoning_summary_part.done', { ...at, part: writeSummary(ended.text) })
        );
      }
      case 'call': {
        const { name, input } = ended;
        if (!ended.custom)
          return emit('response.function_call_arguments.done', { ...place, name, arguments: input });
        deltaHead = headOf('response.custom_tool_call_input.delta');
        const text = customText(input);
        return delta(text) + emit('response.custom_tool_call_input.done', { ...place, input: text });
      }
    }
  }

  function say(kind: ContentPart['kind'], text: string): string {
    let told = '';
    const message: OpenItem & { type: 'message' } =
      item?.type === 'message' ? item : { type: 'message', content: [] };
    if (message !== item) told += open(message);
    if (content === null) {
      content = { kind, text: '' };
      const at = { content_index: message.content.push(content) - 1 };
      told += emit('response.content_part.added', { ...place, ...at, part: writeContent(content) });
      deltaHead = headOf(kind === 'text' ? 'response.output_text.delta' : 'response.refusal.delta', at);
    }
    content.text += text;
    return told + delta(text, kind === 'text' ? ',"logprobs":[]' : '');
  }

  function endContent(): string {
    if (item?.type !== 'message' || content === null) return '';
    const at = { ...place, content_index: item.content.length - 1 };
    const { kind, text } = content;
    const said =
      kind === 'text'
        ? emit('response.output_text.done', { ...at, text, logprobs: [] })
        : emit('response.refusal.done', { ...at, refusal: text });
    const done = emit('response.content_part.done', { ...at, part: writeContent(content) });
    content = null;
    return said + done;
  }

  function think(text: string): string {
    let told = '';
    const reasoning = openReasoning();
    if (reasoning !== item) told += open(reasoning);
    if (reasoning.text === '') {
      const at = { summary_index: 0 };
      told += emit('response.reasoning_summary_part.added', { ...place, ...at, part: writeSummary('') });
      deltaHead = headOf('response.reasoning_summary_text.delta', at);
    }
    reasoning.text += text;
    return told + delta(text);
  }

  function seal(seals: { signature: string } | { sealed: string }): string {
    const reasoning = openReasoning();
    const told = reasoning === item ? '' : open(reasoning);
    Object.assign(reasoning, seals);
    return told;
  }

  function openReasoning(): OpenItem & { type: 'reasoning' } {
    return item?.type === 'reasoning' && !partEnded
      ? item
      : { type: 'reasoning', text: '', signature: null, sealed: null };
  }

  function write(event: PartEvent): string {
    switch (event.kind) {
      case 'text':
      case 'refusal':
        return say(event.kind, event.text);
      case 'reasoning':
        return think(event.text);
      case 'signature':
        return seal({ signature: event.signature });
      case 'sealed':
        return seal({ sealed: event.sealed });
      case 'tool_call': {
        const told = open(openCall(request, event.id, event.name));
        deltaHead = headOf('response.function_call_arguments.delta');
        return told;
      }
      case 'tool_input':
        if (item?.type !== 'call') return '';
        item.input += event.json;
        return item.custom ? '' : delta(event.json);
      case 'part_end':
        partEnded = true;
        return endContent();
    }
  }

  function response(ending: Ending) {
    return endedResponse(begun, ending, output);
  }

  return {
    start(head) {
      begun = begunResponse(head, request);
      // Some servers tell no id or a short number, and OpenAI answers 400 to a conversation that has an item's id twice or a long one.
      rest = sha256(`${begun.id} ${request.askedAt}`).slice(0, 24);
      return (
        emit('response.created', { response: begun }) + emit('response.in_progress', { response: begun })
      );
    },
    write,
    response,
    end(ending) {
      const { status } = response(ending);
      const closing = close(status);
      return { closing, terminator: emit(`response.${status}`, { response: response(ending) }) };
    },
  };
}
