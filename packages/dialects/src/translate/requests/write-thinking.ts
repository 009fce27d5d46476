import { callsWithoutThought } from '../calls-without-thought.ts';
import type { Conversation, Reasoning } from '../conversation.ts';
import type { Ledger } from '../ledger.ts';
import type { ClaudeAbilities } from './claude-abilities.ts';

type Effort = 'low' | 'medium' | 'high' | 'xhigh' | 'max';

interface Written {
  readonly thinking?:
    | { readonly type: 'disabled' | 'adaptive' }
    | { readonly type: 'enabled'; readonly budget_tokens: number };
  readonly effort?: Effort;
}

type Messages = readonly { readonly role: string }[];

/** The least that may be thought, and the share of the output that each effort takes (as openrouter.ai/docs, "Reasoning tokens"). */
const MIN_BUDGET = 1024;
const SHARES = new Map([
  ['minimal', 0.1],
  ['low', 0.2],
  ['medium', 0.5],
  ['high', 0.8],
  ['xhigh', 0.95],
  ['max', 0.95],
]);

/**
 * `thinking` and the effort. Left out where the API would refuse it: a tool must be called, the model goes on with a turn, or
 * results of tools come back without the signed thoughts that called them. `messages`: the turns as they are sent.
 */
export function writeThinking(
  ledger: Ledger,
  conversation: Conversation,
  messages: Messages,
  maxTokens: number,
  { thinking, highestEfforts }: ClaudeAbilities,
): Written {
  const { reasoning } = conversation;
  if (reasoning === null) return {};
  if (reasoning.kind === 'off') return thinking === 'none' ? {} : { thinking: { type: 'disabled' } };
  const budget = Math.min(budgetOf(reasoning, maxTokens), maxTokens - 1);
  if (
    thinking === 'none' ||
    isBarred(conversation, messages) ||
    (thinking === 'budget' && budget < MIN_BUDGET)
  ) {
    ledger.drop(ledger.names.reasoning);
    return {};
  }
  if (thinking === 'budget') return { thinking: { type: 'enabled', budget_tokens: budget } };
  const effort = effortOf(reasoning, highestEfforts);
  return { thinking: { type: 'adaptive' }, ...(effort === null ? {} : { effort }) };
}

function isBarred({ toolChoice }: Conversation, messages: Messages): boolean {
  if (toolChoice?.kind === 'any' || toolChoice?.kind === 'tool') return true;
  return messages.at(-1)?.role === 'assistant' || callsWithoutThought(messages);
}

function budgetOf(reasoning: Reasoning, maxTokens: number): number {
  if (reasoning.kind === 'budget') return reasoning.tokens;
  const share = reasoning.kind === 'effort' ? (SHARES.get(reasoning.effort) ?? 0.5) : 0.5;
  return Math.max(MIN_BUDGET, Math.floor(maxTokens * share));
}

function effortOf(reasoning: Reasoning, highest: boolean): Effort | null {
  if (reasoning.kind !== 'effort') return null;
  switch (reasoning.effort) {
    case 'minimal':
    case 'low':
      return 'low';
    case 'high':
      return 'high';
    case 'xhigh':
    case 'max':
      return highest ? reasoning.effort : 'high';
    default:
      return 'medium';
  }
}
