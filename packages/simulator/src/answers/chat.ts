import type { ChatCompletion, ChatCompletionChunk } from 'openai/resources/chat/completions';
import type { Call } from '../call.ts';
import { isRecord } from '../json.ts';
import { type Say, say, tokensIn, type Usage } from '../say.ts';
import {
  type AnswerOperation,
  createdNow,
  dataEvent,
  idOf,
  JSON_TYPE,
  SSE_TYPE,
  type StreamParts,
} from './dialect-answer.ts';

/** OpenAI chat completions; the shapes are held to the official client's types. */
export const chat: AnswerOperation = (call, answer) => {
  const said = say(call, answer);
  return {
    whole: () => JSON.stringify(completion(call, said)),
    contentType: JSON_TYPE,
    stream: () => streamParts(call, said),
  };
};

type FinishReason = ChatCompletion.Choice['finish_reason'];
type Delta = ChatCompletionChunk.Choice.Delta & { readonly reasoning_content?: string };

function head<T extends string>(call: Call, object: T) {
  return {
    id: idOf('chatcmpl-', call),
    object,
    created: createdNow(),
    model: call.model ?? 'gpt-4o-mini',
    service_tier: 'default' as const,
    system_fingerprint: 'fp_simulator',
  };
}

function completion(call: Call, said: Say): ChatCompletion {
  const { text, reasoning, tool, usage } = said;
  const message: ChatCompletion.Choice['message'] = {
    role: 'assistant',
    content: tool && text === '' ? null : text,
    refusal: null,
    annotations: [],
    ...(reasoning !== null && { reasoning_content: reasoning }),
    ...(tool && {
      tool_calls: [
        {
          id: idOf('call_', call),
          type: 'function',
          function: { name: tool.name, arguments: tool.argumentsJson },
        },
      ],
    }),
  };
  return {
    ...head(call, 'chat.completion'),
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason(said) }],
    ...(usage && { usage: chatUsage(usage, said) }),
  };
}

/** A behaviour may name a reason that the client does not know. */
function finishReason({ finishReason: given, tool }: Say): FinishReason {
  return (given as FinishReason | null) ?? (tool ? 'tool_calls' : 'stop');
}

function chatUsage({ input, output }: Usage, { reasoning }: Say): NonNullable<ChatCompletion['usage']> {
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: reasoning === null ? 0 : Math.min(output, tokensIn(reasoning.length)),
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

function streamParts(call: Call, said: Say): StreamParts {
  const options = call.json?.stream_options;
  const includeUsage = isRecord(options) && options.include_usage === true && said.usage !== null;
  const shared = JSON.stringify(head(call, 'chat.completion.chunk')).slice(0, -1);
  const usage = includeUsage ? ',"usage":null' : '';
  const chunk = (delta: Delta, finish: FinishReason | null = null) =>
    `data: ${shared},"choices":[{"index":0,"delta":${JSON.stringify(delta)},"logprobs":null,"finish_reason":${JSON.stringify(finish)}}]${usage}}\n\n`;
  const broken = { code: 502, message: 'Provider disconnected' };
  return {
    contentType: SSE_TYPE,
    content: [
      chunk({ role: 'assistant', content: said.tool ? null : '', refusal: null }),
      ...(said.reasoning ? [chunk({ reasoning_content: said.reasoning })] : []),
      ...said.pieces.map((content) => chunk({ content })),
      ...toolDeltas(call, said).map((tool) => chunk({ tool_calls: [tool] })),
    ],
    finish: [
      chunk({}, finishReason(said)),
      ...(includeUsage && said.usage
        ? [`data: ${shared},"choices":[],"usage":${JSON.stringify(chatUsage(said.usage, said))}}\n\n`]
        : []),
    ],
    done: ['data: [DONE]\n\n'],
    error: dataEvent({
      ...head(call, 'chat.completion.chunk'),
      error: broken,
      choices: [{ index: 0, delta: { content: '' }, finish_reason: 'error' }],
    }),
    errorInChoice: dataEvent({
      ...head(call, 'chat.completion.chunk'),
      choices: [{ index: 0, delta: {}, finish_reason: 'error', error: broken }],
    }),
    ping: ': ping\n\n',
  };
}

/** The call's id and name first, then its arguments in pieces, as OpenAI sends them. */
function toolDeltas(call: Call, { tool }: Say): ChatCompletionChunk.Choice.Delta.ToolCall[] {
  if (!tool) return [];
  const opening = {
    index: 0,
    id: idOf('call_', call),
    type: 'function' as const,
    function: { name: tool.name, arguments: '' },
  };
  const rest = (tool.argumentsJson.match(/[\s\S]{1,8}/g) ?? []).map((piece) => ({
    index: 0,
    function: { arguments: piece },
  }));
  return [opening, ...rest];
}
