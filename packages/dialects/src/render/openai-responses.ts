import type { CannedAnswer } from '../dialect.ts';
import { isObject, type JsonObject, objectsIn, parseObject } from '../json.ts';
import { readEvents } from '../sse/read-events.ts';
import { isComplete } from '../streams/is-complete.ts';
import { openStream } from '../streams/openai-responses.ts';
import { responseEvents } from './response-events.ts';

export function cannedBody(answer: CannedAnswer): Buffer {
  const part = { type: 'output_text', text: answer.text, annotations: [], logprobs: [] };
  return Buffer.from(
    JSON.stringify({
      id: `resp_${answer.requestId}`,
      object: 'response',
      created_at: answer.created,
      status: 'completed',
      background: false,
      error: null,
      incomplete_details: null,
      instructions: null,
      max_output_tokens: null,
      metadata: {},
      model: answer.model,
      output: [
        {
          id: `msg_${answer.requestId}`,
          type: 'message',
          status: 'completed',
          role: 'assistant',
          content: [part],
        },
      ],
      parallel_tool_calls: true,
      previous_response_id: null,
      reasoning: { effort: null, summary: null },
      store: false,
      temperature: null,
      text: { format: { type: 'text' } },
      tool_choice: 'auto',
      tools: [],
      top_p: null,
      truncation: 'disabled',
      usage: {
        input_tokens: 0,
        input_tokens_details: { cached_tokens: 0 },
        output_tokens: 0,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: 0,
      },
    }),
  );
}

export function cannedStream(answer: CannedAnswer): Buffer {
  return answerToStream(cannedBody(answer));
}

export function answerToStream(body: Buffer): Buffer {
  return Buffer.from(responseEvents(parseObject(body.toString()) ?? {}));
}

/** The last event holds the whole response; some servers leave its `output` empty. Null for a stream that is no answer. */
export function streamToAnswer(body: Buffer): Buffer | null {
  if (!isComplete(openStream(), body)) return null;
  const events = readEvents(body);
  const last = events.findLast(
    ({ type }) => type === 'response.completed' || type === 'response.incomplete',
  )?.response;
  if (!isObject(last)) return null;
  const output = objectsIn(last.output).length > 0 ? last.output : itemsOf(events);
  return Buffer.from(JSON.stringify({ ...last, output }));
}

function itemsOf(events: readonly JsonObject[]): unknown[] {
  return events.filter(({ type }) => type === 'response.output_item.done').map(({ item }) => item);
}
