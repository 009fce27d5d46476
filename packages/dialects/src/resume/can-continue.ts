import { countOf, isObject, objectsIn, parseObject } from '../json.ts';

/** Fields by which self-hosted servers (vLLM, llama.cpp, SGLang) hold an answer to a form. */
const GRAMMARS = [
  'grammar',
  'json_schema',
  'regex',
  'ebnf',
  'guided_json',
  'guided_regex',
  'guided_choice',
  'guided_grammar',
  'structured_outputs',
];

/**
 * Whether another model can go on with the answer to a valid chat or Messages request that is known to ask for no tools:
 * one answer, of text, in a form of its own, without thinking.
 */
export function canContinue(body: Buffer): boolean {
  const request = parseObject(body.toString());
  if (request === null) return false;
  const { n, modalities, audio, thinking, messages, response_format: format } = request;
  const last = objectsIn(messages).at(-1);
  return (
    (countOf(n) ?? 1) === 1 &&
    !isObject(audio) &&
    (!Array.isArray(modalities) || modalities.every((modality) => modality === 'text')) &&
    (!isObject(thinking) || thinking.type === 'disabled') &&
    (!isObject(format) || format.type === 'text') &&
    GRAMMARS.every((name) => request[name] === undefined || request[name] === null) &&
    // A prefill of the client's own that is no plain text cannot be lengthened.
    (last?.role !== 'assistant' || typeof last.content === 'string')
  );
}
