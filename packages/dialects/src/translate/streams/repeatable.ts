import type { AnswerEvent, PartEvent } from '../conversation.ts';

/** Remembers what one event of a stream told, to tell it again with another text. */
export interface Repeatable {
  /** An event of the stream is about to be told. */
  begin(): void;
  put(event: PartEvent): void;
  tell(event: AnswerEvent): void;
  /** The text that was told, if nothing else was. */
  readonly said: string | null;
  again(text: string): void;
}

export function repeatable(put: (event: PartEvent) => void, tell: (event: AnswerEvent) => void): Repeatable {
  let count = 0;
  let last: PartEvent | null = null;

  return {
    begin() {
      count = 0;
      last = null;
    },
    put(event) {
      count++;
      last = event;
      put(event);
    },
    tell(event) {
      count++;
      tell(event);
    },
    get said() {
      if (count !== 1 || last === null) return null;
      if (last.kind === 'tool_input') return last.json;
      return 'text' in last ? last.text : null;
    },
    again(text) {
      if (last?.kind === 'tool_input') put({ kind: 'tool_input', index: last.index, json: text });
      else if (last !== null && 'text' in last) put({ kind: last.kind, index: last.index, text });
    },
  };
}
