import type { PartEvent } from '../conversation.ts';
import { jsonEnd } from './json-end.ts';

type Put = (event: PartEvent) => void;

/**
 * Ends the tool calls of chat, where nothing says that one has ended: it has when its input is whole and a later part was
 * begun. Pieces of several calls may come in any order.
 */
export function endCalls(put: Put): Put {
  const open = new Map<number, ReturnType<typeof jsonEnd>>();
  let latest = -1;

  function end(index: number): void {
    open.delete(index);
    put({ kind: 'part_end', index });
  }

  return (event) => {
    const { kind, index } = event;
    if (index > latest) {
      latest = index;
      for (const [before, isWhole] of open) if (isWhole('')) end(before);
    }
    put(event);
    if (kind === 'tool_call') open.set(index, jsonEnd());
    else if (kind === 'part_end') open.delete(index);
    else if (kind === 'tool_input' && open.get(index)?.(event.json) && index < latest) end(index);
  };
}
