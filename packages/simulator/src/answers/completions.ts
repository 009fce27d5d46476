import type { Completion } from 'openai/resources/completions';
import type { Call } from '../call.ts';
import { isRecord } from '../json.ts';
import { type Say, say } from '../say.ts';
import {
  type AnswerOperation,
  createdNow,
  dataEvent,
  idOf,
  JSON_TYPE,
  SSE_TYPE,
  type StreamParts,
} from './dialect-answer.ts';

/** OpenAI's legacy text completions. */
export const completions: AnswerOperation = (call, answer) => {
  const said = say(call, answer);
  const finish = said.finishReason ?? 'stop';
  return {
    whole: () =>
      JSON.stringify({ ...chunk(call, said.text, finish), ...(said.usage && { usage: usageOf(said) }) }),
    contentType: JSON_TYPE,
    stream: () => streamParts(call, said, finish),
  };
};

function chunk(call: Call, text: string, finish: string | null): Completion {
  return {
    id: idOf('cmpl-', call),
    object: 'text_completion',
    created: createdNow(),
    model: call.model ?? 'gpt-3.5-turbo-instruct',
    system_fingerprint: 'fp_simulator',
    choices: [{ text, index: 0, logprobs: null, finish_reason: finish as 'stop' }],
  };
}

function usageOf({ usage }: Say): NonNullable<Completion['usage']> {
  const { input = 0, output = 0 } = usage ?? {};
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
}

function streamParts(call: Call, said: Say, finish: string): StreamParts {
  const options = call.json?.stream_options;
  const includeUsage = isRecord(options) && options.include_usage === true && said.usage !== null;
  const error = dataEvent({
    error: { message: 'Provider disconnected', type: 'server_error', param: null, code: null },
  });
  return {
    contentType: SSE_TYPE,
    content: said.pieces.map((piece) => dataEvent(chunk(call, piece, null))),
    finish: [
      dataEvent(chunk(call, '', finish)),
      ...(includeUsage ? [dataEvent({ ...chunk(call, '', null), choices: [], usage: usageOf(said) })] : []),
    ],
    done: ['data: [DONE]\n\n'],
    error,
    errorInChoice: error,
    ping: ': ping\n\n',
  };
}
