import { type JsonObject, objectsIn, textOf } from '../json.ts';
import { namedEvent } from '../sse/write-event.ts';

/** Where in the response an event belongs. */
type Place = { readonly [key: string]: unknown };

/** A whole response of the Responses API as the events that a stream of it would have had. */
export function responseEvents(response: JsonObject): string {
  let out = '';
  let sequence = 0;
  const emit = (type: string, fields: object) => {
    out += namedEvent(type, { type, sequence_number: sequence++, ...fields });
  };
  const begun = { ...response, status: 'in_progress', incomplete_details: null, output: [], usage: null };
  emit('response.created', { response: begun });
  emit('response.in_progress', { response: begun });
  for (const [output_index, item] of objectsIn(response.output).entries()) {
    const place = { item_id: item.id, output_index };
    emit('response.output_item.added', { output_index, item: started(item) });
    emitItem(emit, item, place);
    emit('response.output_item.done', { output_index, item });
  }
  emit(response.status === 'incomplete' ? 'response.incomplete' : 'response.completed', { response });
  return out;
}

type Emit = (type: string, fields: object) => void;

function started(item: JsonObject): JsonObject {
  switch (item.type) {
    case 'message':
      return { ...item, status: 'in_progress', content: [] };
    case 'reasoning':
      return { ...item, summary: [] };
    case 'function_call':
      return { ...item, status: 'in_progress', arguments: '' };
    case 'custom_tool_call':
      return { ...item, input: '' };
    default:
      return item;
  }
}

/** Items of other kinds are told by their `added` and `done`. */
function emitItem(emit: Emit, item: JsonObject, place: Place): void {
  switch (item.type) {
    case 'message':
      for (const [content_index, part] of objectsIn(item.content).entries())
        emitPart(emit, part, { ...place, content_index });
      break;
    case 'reasoning':
      for (const [summary_index, part] of objectsIn(item.summary).entries()) {
        const at = { ...place, summary_index };
        const text = textOf(part.text) ?? '';
        emit('response.reasoning_summary_part.added', { ...at, part: { ...part, text: '' } });
        emit('response.reasoning_summary_text.delta', { ...at, delta: text });
        emit('response.reasoning_summary_text.done', { ...at, text });
        emit('response.reasoning_summary_part.done', { ...at, part });
      }
      break;
    case 'function_call':
      emit('response.function_call_arguments.delta', { ...place, delta: item.arguments });
      emit('response.function_call_arguments.done', { ...place, name: item.name, arguments: item.arguments });
      break;
    case 'custom_tool_call':
      emit('response.custom_tool_call_input.delta', { ...place, delta: item.input });
      emit('response.custom_tool_call_input.done', { ...place, input: item.input });
      break;
  }
}

function emitPart(emit: Emit, part: JsonObject, place: Place): void {
  if (part.type === 'refusal') {
    emit('response.content_part.added', { ...place, part: { ...part, refusal: '' } });
    emit('response.refusal.delta', { ...place, delta: part.refusal });
    emit('response.refusal.done', { ...place, refusal: part.refusal });
  } else {
    const text = textOf(part.text) ?? '';
    emit('response.content_part.added', { ...place, part: { ...part, text: '', annotations: [] } });
    emit('response.output_text.delta', { ...place, delta: text, logprobs: [] });
    emit('response.output_text.done', { ...place, text, logprobs: [] });
  }
  emit('response.content_part.done', { ...place, part });
}
