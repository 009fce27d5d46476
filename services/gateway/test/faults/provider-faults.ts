import type { Behaviour } from '@holdfast/simulator/behaviour';
import { openaiWays, type ProviderDemand } from './provider-demand.ts';
import { LIMITS } from './provider-limits.ts';
import { OUTAGES } from './provider-outages.ts';
import { REFUSALS } from './provider-refusals.ts';

/** The P rows, as far as an answer fails an attempt. */
export const PROVIDER_DEMANDS: readonly ProviderDemand[] = [...REFUSALS, ...LIMITS, ...OUTAGES];

/** Answers that only look wrong: they reach the client as they are and nobody is blamed. */
export const VALID_ANSWERS: readonly {
  readonly code: string;
  readonly name: string;
  readonly answer: Behaviour;
  readonly says: RegExp;
  readonly ways?: ProviderDemand['ways'];
}[] = [
  {
    code: 'P23',
    name: 'empty content cut at the limit',
    answer: { fault: 'length_empty' },
    says: /"finish_reason":"length"|"stop_reason":"max_tokens"/,
  },
  {
    code: 'P25',
    name: 'tool calls without content',
    answer: { toolCall: { name: 'look_up', arguments: { q: 'x' } }, text: '' },
    says: /look_up/,
  },
  {
    code: 'P26',
    name: 'a stream of reasoning alone',
    answer: { fault: 'reasoning_only' },
    says: /think about/,
    ways: ['chat stream', 'messages stream'],
  },
  {
    code: 'P27',
    name: 'a filtered answer',
    answer: { fault: 'content_filter' },
    says: /"finish_reason":"content_filter"|"stop_reason":"refusal"/,
  },
  { code: 'P27', name: 'a refusal', answer: { fault: 'refusal' }, says: /can't assist/ },
  { code: 'P29', name: 'Retry-After on a success', answer: { fault: 'retry_after_on_200' }, says: /Hello/ },
  { code: 'P30', name: 'no usage', answer: { usage: false }, says: /Hello/ },
  {
    code: 'P32',
    name: 'broken JSON in the arguments of a tool call',
    answer: {
      body: {
        id: 'chatcmpl-1',
        object: 'chat.completion',
        choices: [
          {
            index: 0,
            message: {
              role: 'assistant',
              content: null,
              tool_calls: [{ id: 'c1', type: 'function', function: { name: 'look_up', arguments: '{"q":' } }],
            },
            finish_reason: 'tool_calls',
          },
        ],
      },
    },
    says: /look_up/,
    ways: openaiWays,
  },
];
