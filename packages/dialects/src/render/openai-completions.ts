import type { CannedAnswer } from '../dialect.ts';
import { objectsIn, parseObject } from '../json.ts';
import { readEvents } from '../sse/read-events.ts';
import { dataEvent } from '../sse/write-event.ts';
import { isComplete } from '../streams/is-complete.ts';
import { openStream } from '../streams/openai-completions.ts';
import { mergeChunks } from './merge-chunks.ts';
import { ollamaChunks } from './ollama-chunks.ts';

export function cannedBody(answer: CannedAnswer): Buffer {
  return Buffer.from(
    JSON.stringify({
      id: `cmpl-${answer.requestId}`,
      object: 'text_completion',
      created: answer.created,
      model: answer.model,
      choices: [{ text: answer.text, index: 0, logprobs: null, finish_reason: 'stop' }],
      usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
    }),
  );
}

export function cannedStream(answer: CannedAnswer): Buffer {
  return answerToStream(cannedBody(answer));
}

/** Each choice becomes a chunk with its text and one with its finish; usage rides on the last. */
export function answerToStream(body: Buffer): Buffer {
  const { choices, usage, ...head } = parseObject(body.toString()) ?? {};
  const all = objectsIn(choices);
  let out = '';
  for (const [index, { finish_reason, ...choice }] of all.entries()) {
    const finish = { index, ...choice, text: '', logprobs: null, finish_reason: finish_reason ?? 'stop' };
    const isLast = index === all.length - 1;
    out += dataEvent({ ...head, choices: [{ index, ...choice, finish_reason: null }] });
    out += dataEvent({ ...head, choices: [finish], ...(isLast && usage !== undefined ? { usage } : {}) });
  }
  return Buffer.from(`${out}data: [DONE]\n\n`);
}

/** Ollama's NDJSON is understood too. Null for a stream that is cut short, empty or reports an error. */
export function streamToAnswer(body: Buffer): Buffer | null {
  const chunks = ollamaChunks(body) ?? (isComplete(openStream(), body) ? readEvents(body) : null);
  if (chunks === null) return null;
  const { head, choices } = mergeChunks(chunks);
  const said = choices.map(({ delta, ...choice }) => choice);
  return Buffer.from(JSON.stringify({ ...head, object: 'text_completion', choices: said }));
}
