import type { Behaviour } from '@holdfast/simulator/behaviour';

/** What a relay with a disabled key answers to whatever it is asked, with status 200. */
export const CANNED: Behaviour = {
  body: {
    id: 'chatcmpl-0',
    object: 'chat.completion',
    created: 0,
    model: 'gpt-4o',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: 'Welcome! Your trial has ended, please visit our shop.' },
        finish_reason: 'stop',
      },
    ],
    usage: { prompt_tokens: 1, completion_tokens: 10, total_tokens: 11 },
  },
};
