import type { Answer } from '../behaviour.ts';
import type { Call } from '../call.ts';
import { type Say, say } from '../say.ts';
import { type AnswerOperation, type DialectAnswer, wholeOnly } from './dialect-answer.ts';

const NDJSON_TYPE = 'application/x-ndjson';

/** Ollama's own API: one JSON object per line, `done: true` in the last. */
export const ollamaChat: AnswerOperation = (call, answer) =>
  ollama(call, answer, (content, { tool }) => ({
    message: {
      role: 'assistant',
      content,
      ...(tool && {
        tool_calls: [{ function: { name: tool.name, arguments: JSON.parse(tool.argumentsJson) } }],
      }),
    },
  }));

export const ollamaGenerate: AnswerOperation = (call, answer) =>
  ollama(call, answer, (response) => ({ response }));

function ollama(call: Call, answer: Answer, wrap: (text: string, said: Say) => object): DialectAnswer {
  const said = say(call, answer);
  const line = (text: string, fields: object) => ({
    model: call.model ?? 'llama3.2',
    created_at: new Date().toISOString(),
    ...wrap(text, said),
    ...fields,
  });
  const ended = {
    done: true,
    done_reason: said.finishReason ?? 'stop',
    total_duration: 500_000_000,
    ...(said.usage && { prompt_eval_count: said.usage.input, eval_count: said.usage.output }),
  };
  const asLine = (value: unknown) => `${JSON.stringify(value)}\n`;
  return {
    whole: () => JSON.stringify(line(said.text, ended)),
    contentType: 'application/json; charset=utf-8',
    stream: () => ({
      contentType: NDJSON_TYPE,
      content: said.pieces.map((piece) => asLine(line(piece, { done: false }))),
      finish: [],
      done: [asLine(line('', ended))],
      error: asLine({ error: 'an error was encountered while running the model' }),
      errorInChoice: asLine({ error: 'an error was encountered while running the model' }),
      ping: '\n',
    }),
  };
}

export const ollamaTags: AnswerOperation = (_call, { models = ['llama3.2:latest', 'qwen3:8b'] }) =>
  wholeOnly({
    models: models.map((name) => ({ name, model: name, modified_at: '2026-01-01T00:00:00Z', size: 1 })),
  });
