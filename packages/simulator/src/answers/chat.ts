import type { Call } from '../call.ts';
import { isRecord } from '../json.ts';
import { type Say, say, type Usage } from '../say.ts';
import {
  type AnswerOperation,
  createdNow,
  dataEvent,
  idOf,
  JSON_TYPE,
  SSE_TYPE,
  type StreamParts,
} from './dialect-answer.ts';

/** OpenAI chat completions; shapes of the API reference, `CompletionUsage` details included. */
export const chat: AnswerOperation = (call, answer) => {
  const said = say(call, answer);
  return {
    whole: () => JSON.stringify(completion(call, said)),
    contentType: JSON_TYPE,
    stream: () => streamParts(call, said),
  };
};

function head(call: Call, object: string) {
  return {
    id: idOf('chatcmpl-', call),
    object,
    created: createdNow(),
    model: call.model ?? 'gpt-4o-mini',
    service_tier: 'default',
    system_fingerprint: 'fp_simulator',
  };
}

function completion(call: Call, said: Say) {
  const message = {
    role: 'assistant',
    content: said.tool && said.text === '' ? null : said.text,
    refusal: null,
    annotations: [],
    ...(said.reasoning !== null && { reasoning_content: said.reasoning }),
    ...(said.tool && { tool_calls: [{ id: idOf('call_', call), type: 'function', ...toolFunction(said) }] }),
  };
  return {
    ...head(call, 'chat.completion'),
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason(said) }],
    ...(said.usage && { usage: chatUsage(said.usage, said) }),
  };
}

function toolFunction({ tool }: Say) {
  return { function: { name: tool?.name, arguments: tool?.argumentsJson } };
}

function finishReason({ finishReason: given, tool }: Say): string {
  return given ?? (tool ? 'tool_calls' : 'stop');
}

function chatUsage({ input, output }: Usage, { reasoning }: Say) {
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: reasoning === null ? 0 : Math.min(output, Math.ceil(reasoning.length / 4)),
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
  const chunk = (delta: unknown, finish: string | null = null) =>
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
function toolDeltas(call: Call, { tool }: Say) {
  if (!tool) return [];
  const opening = {
    index: 0,
    id: idOf('call_', call),
    type: 'function',
    function: { name: tool.name, arguments: '' },
  };
  const rest = (tool.argumentsJson.match(/[\s\S]{1,8}/g) ?? []).map((piece) => ({
    index: 0,
    function: { arguments: piece },
  }));
  return [opening, ...rest];
}
