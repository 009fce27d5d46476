import { type JsonObject, objectsIn, textOf } from '../../json.ts';

export interface ReasoningPiece {
  readonly text: string | null;
  readonly signature: string | null;
  readonly sealed: string | null;
}

/**
 * What a chat delta or message thinks aloud: `reasoning_details` (openrouter.ai/docs, "Reasoning tokens"), `reasoning_content`
 * (DeepSeek, vLLM), `reasoning` (Groq, OpenRouter) or Mistral's `thinking` parts; those who send several say the same in each.
 */
export function readReasoning(delta: JsonObject): readonly ReasoningPiece[] {
  if (Array.isArray(delta.reasoning_details) && delta.reasoning_details.length > 0) return inDetails(delta);
  const text = textOf(delta.reasoning_content) ?? textOf(delta.reasoning);
  if (text !== null) return [{ text, signature: null, sealed: null }];
  return Array.isArray(delta.content) ? inParts(delta.content) : NOTHING;
}

const NOTHING: readonly ReasoningPiece[] = [];

/** Signatures and sealed reasoning of vendors other than Anthropic mean nothing in its dialect. */
function inDetails(delta: JsonObject): ReasoningPiece[] {
  const pieces = objectsIn(delta.reasoning_details).map(
    ({ type, format, text, summary, signature, data }) => {
      const anthropic = textOf(format)?.startsWith('anthropic') ?? true;
      return {
        text: textOf(text) ?? textOf(summary),
        signature: anthropic ? textOf(signature) : null,
        sealed: anthropic && type === 'reasoning.encrypted' ? textOf(data) : null,
      };
    },
  );
  if (pieces.some(({ text }) => text !== null)) return pieces;
  const text = textOf(delta.reasoning_content) ?? textOf(delta.reasoning);
  return text === null ? pieces : [{ text, signature: null, sealed: null }, ...pieces];
}

function inParts(content: readonly unknown[]): ReasoningPiece[] {
  return objectsIn(content)
    .filter(({ type }) => type === 'thinking')
    .flatMap(({ thinking }) => (typeof thinking === 'string' ? [{ text: thinking }] : objectsIn(thinking)))
    .map(({ text }) => ({ text: textOf(text), signature: null, sealed: null }));
}
