import type { Answer, AnswerFormat, Conversation, Tool, ToolChoice } from '../conversation.ts';
import { writeResponsesUsage } from './responses-usage.ts';

export type ResponseHead = Pick<Answer, 'id' | 'model' | 'created'>;

/** A response that has only begun: no output yet. Tells the client what it asked for, as the Responses API does. */
export function begunResponse(head: ResponseHead, request: Conversation) {
  return {
    id: head.id ?? 'resp_holdfast',
    object: 'response',
    created_at: head.created ?? request.askedAt,
    status: 'in_progress',
    background: false,
    error: null,
    incomplete_details: null,
    instructions: null,
    max_output_tokens: request.maxOutput,
    metadata: {},
    model: head.model ?? request.model,
    output: [],
    parallel_tool_calls: request.parallelTools ?? true,
    previous_response_id: null,
    reasoning: {
      effort: request.reasoning?.kind === 'effort' ? request.reasoning.effort : null,
      summary: null,
    },
    store: false,
    temperature: request.sampling.temperature,
    text: { format: formatOf(request.format) },
    tool_choice: choiceOf(request.toolChoice),
    tools: request.tools.map(toolOf),
    top_p: request.sampling.topP,
    truncation: 'disabled',
    usage: null,
  } as const;
}

/** The same, ended. A response is incomplete when it was cut at a limit or by a filter. */
export function endedResponse(
  begun: ReturnType<typeof begunResponse>,
  { finish, usage }: Pick<Answer, 'finish' | 'usage'>,
  output: readonly object[],
) {
  const reason = REASONS.get(finish) ?? null;
  return {
    ...begun,
    status: reason === null ? 'completed' : 'incomplete',
    incomplete_details: reason === null ? null : { reason },
    output,
    usage: usage === null ? null : writeResponsesUsage(usage),
  } as const;
}

const REASONS: ReadonlyMap<Answer['finish'], 'max_output_tokens' | 'content_filter'> = new Map([
  ['length', 'max_output_tokens'],
  ['context_window', 'max_output_tokens'],
  ['content_filter', 'content_filter'],
]);

function formatOf(format: AnswerFormat | null): object {
  if (format === null) return { type: 'text' };
  if (format.kind === 'json') return { type: 'json_object' };
  const { name, description, schema, strict } = format;
  return { type: 'json_schema', name, description, schema, strict };
}

function choiceOf(choice: ToolChoice | null): string | object {
  if (choice === null) return 'auto';
  if (choice.kind === 'tool') return { type: 'function', name: choice.name };
  return choice.kind === 'any' ? 'required' : choice.kind;
}

function toolOf({ name, description, schema, strict, custom }: Tool): object {
  if (custom) return { type: 'custom', name, description, format: { type: 'text' } };
  return { type: 'function', name, description, parameters: schema, strict };
}
