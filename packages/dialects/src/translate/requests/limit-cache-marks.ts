import type { CacheMark, Conversation, Part } from '../conversation.ts';
import type { Ledger } from '../ledger.ts';

/** platform.claude.com, "Prompt caching". */
const MAX_MARKS = 4;

/** With no more marks of the cache than Anthropic takes: the last ones, which mark the longest beginnings. */
export function limitCacheMarks(ledger: Ledger, conversation: Conversation): Conversation {
  const { tools, system, turns } = conversation;
  const parts = turns.flatMap((turn) => turn.parts.flatMap(withInner));
  let excess = [...tools, ...system, ...parts].filter(isMarked).length - MAX_MARKS;
  if (excess <= 0) return conversation;
  ledger.drop('messages[].content[].cache_control');
  const kept = <T extends object>(part: T): T => {
    if (!isMarked(part) || excess-- <= 0) return part;
    const { cache, ...rest } = part;
    return rest as T;
  };
  const keptWithInner = (part: Part): Part =>
    kept(part.kind === 'tool_result' ? { ...part, parts: part.parts.map(kept) } : part);
  return {
    ...conversation,
    tools: tools.map(kept),
    system: system.map(kept),
    turns: turns.map((turn) => ({ ...turn, parts: turn.parts.map(keptWithInner) })),
  };
}

function withInner(part: Part): Part[] {
  return part.kind === 'tool_result' ? [...part.parts, part] : [part];
}

function isMarked<T extends object>(part: T): part is T & { readonly cache: CacheMark } {
  return 'cache' in part;
}
