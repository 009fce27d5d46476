import type { Conversation } from '../../../src/translate/conversation.ts';

/** What a client asked who only said hello, in a stream. */
export function conversationOf(more: Partial<Conversation> = {}): Conversation {
  return {
    model: 'm-asked',
    askedAt: 1_800_000_000,
    stream: true,
    includeUsage: false,
    system: [],
    turns: [{ role: 'user', parts: [{ kind: 'text', text: 'hello' }] }],
    tools: [],
    toolChoice: null,
    parallelTools: null,
    functionsOnly: false,
    format: null,
    maxOutput: null,
    stop: [],
    sampling: {
      temperature: null,
      topP: null,
      topK: null,
      frequencyPenalty: null,
      presencePenalty: null,
      seed: null,
    },
    reasoning: null,
    user: null,
    ...more,
  };
}
