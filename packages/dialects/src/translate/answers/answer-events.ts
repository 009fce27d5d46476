import type { Answer, AnswerPart, PartEvent } from '../conversation.ts';

/** The parts of a whole answer as the events that a stream of it would have had. */
export function answerEvents({ parts }: Answer): PartEvent[] {
  return parts.flatMap((part, index) => [...partEvents(part, index), { kind: 'part_end', index }]);
}

function partEvents(part: AnswerPart, index: number): PartEvent[] {
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return part.text === '' ? [] : [{ kind: part.kind, index, text: part.text }];
    case 'reasoning': {
      const { text, signature, sealed } = part;
      if (sealed !== null) return [{ kind: 'sealed', index, sealed }];
      const said: PartEvent[] = text === '' ? [] : [{ kind: 'reasoning', index, text }];
      return signature === null ? said : [...said, { kind: 'signature', index, signature }];
    }
    case 'tool_call':
      return [
        { kind: 'tool_call', index, id: part.id, name: part.name },
        { kind: 'tool_input', index, json: part.input || '{}' },
      ];
  }
}
