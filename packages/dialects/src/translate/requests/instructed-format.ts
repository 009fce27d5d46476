import type { AnswerFormat, TextPart } from '../conversation.ts';

/** The wish for JSON as an instruction, for models that cannot be held to it. */
export function instructedFormat(format: AnswerFormat): TextPart {
  const ask =
    'Answer with one JSON object and nothing else: no words before or behind it, and no code fence around it.';
  const schema =
    format.kind === 'json' ? '' : ` It must be valid by this JSON Schema:\n${JSON.stringify(format.schema)}`;
  return { kind: 'text', text: ask + schema };
}
