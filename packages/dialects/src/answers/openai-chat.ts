import type { AnswerFinding } from '../dialect.ts';
import { isObject, type JsonObject, objectsIn, textOf } from '../json.ts';
import { bad, errorIn, isError, readJsonAnswer, usageIn, withoutAnswer } from './finding.ts';
import { BROKEN_FINISHES, FILTER_FINISHES, LENGTH_FINISHES } from './finish-reasons.ts';

/**
 * Judges a whole `POST /chat/completions` answer with a 2xx status (FAULTS P20-P28): only one with something in it that
 * the client can use is `ok`. Ollama's own shape (`done: true`) counts as an answer too.
 */
export function readAnswer(body: Buffer, _contentType: string): AnswerFinding {
  return readJsonAnswer(body, judge);
}

function judge(answer: JsonObject): AnswerFinding {
  const choices = objectsIn(answer.choices);
  const first = choices[0];
  if (first === undefined)
    return typeof answer.done === 'boolean' ? judgeOllama(answer) : withoutAnswer(answer);
  const failed = choices.find((choice) => isError(choice.error));
  if (failed) return errorIn({ error: failed.error });
  let finding: AnswerFinding = bad('empty_content');
  // With n > 1 one usable choice makes the answer usable.
  for (const choice of choices) {
    const fault = faultOf(choice);
    if (fault === null) return ok(answer, choice);
    if (choice === first) finding = bad(fault);
  }
  return finding;
}

function ok(answer: JsonObject, choice: JsonObject): AnswerFinding {
  const finish = textOf(choice.finish_reason);
  const message = isObject(choice.message) ? choice.message : null;
  return {
    kind: 'ok',
    model: textOf(answer.model),
    usage: usageIn(answer.usage, 'prompt_tokens', 'completion_tokens'),
    finish,
    filtered: isFiltered(choice, finish) || textOf(message?.refusal) !== null,
  };
}

function isFiltered(choice: JsonObject, finish: string | null): boolean {
  return FILTER_FINISHES.has(finish ?? '') || FILTER_FINISHES.has(textOf(choice.native_finish_reason) ?? '');
}

function faultOf(
  choice: JsonObject,
): 'finish_error' | 'no_choices' | 'empty_content' | 'reasoning_only' | null {
  const finish = textOf(choice.finish_reason);
  if (BROKEN_FINISHES.has(finish ?? '')) return 'finish_error';
  if (isFiltered(choice, finish)) return null; // before the message is looked at: Azure leaves it out
  const message = choice.message;
  if (!isObject(message)) return 'no_choices';
  if (LENGTH_FINISHES.has(finish ?? '')) return null;
  if (objectsIn(message.tool_calls).length > 0 || isObject(message.function_call)) return null;
  if (hasText(message.content) || textOf(message.refusal) !== null) {
    return BROKEN_FINISHES.has(textOf(choice.native_finish_reason) ?? '') ? 'finish_error' : null;
  }
  if (isObject(message.audio) || objectsIn(message.images).length > 0) return null;
  return hasReasoning(message) ? 'reasoning_only' : 'empty_content';
}

/** A text that is more than white space, or parts of which one is (Mistral's `thinking` parts alone are none). */
function hasText(content: unknown): boolean {
  if (typeof content === 'string') return /\S/.test(content);
  return objectsIn(content).some(
    (part) => part.type !== 'thinking' && (part.type !== 'text' || hasText(part.text)),
  );
}

function hasReasoning(message: JsonObject): boolean {
  return (
    hasText(message.reasoning_content) ||
    hasText(message.reasoning) ||
    objectsIn(message.reasoning_details).length > 0 ||
    objectsIn(message.content).length > 0
  );
}

/** `/api/chat` and `/api/generate` of Ollama, whole or the last line of NDJSON. The lines before carry the text, so an empty one is no fault. */
function judgeOllama(answer: JsonObject): AnswerFinding {
  if (answer.done !== true) return bad('truncated');
  return {
    kind: 'ok',
    model: textOf(answer.model),
    usage: usageIn(answer, 'prompt_eval_count', 'eval_count'),
    finish: textOf(answer.done_reason) ?? 'stop',
    filtered: false,
  };
}
