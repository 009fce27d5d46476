import { AnthropicSession, anthropic } from '@llamaindex/anthropic';
import type { LLM } from '@llamaindex/core/llms';
import { extractText } from '@llamaindex/core/utils';
import { openai } from '@llamaindex/openai';
import type { Client, Feature, Gateway } from '../matrix.ts';
import { ANTHROPIC_MODEL, assertGreeting, OPENAI_MODEL, PING, SYSTEM } from '../questions.ts';

const messages = [
  { role: 'system' as const, content: SYSTEM },
  { role: 'user' as const, content: PING },
];

const features = (llmAt: (gateway: Gateway) => LLM): Feature[] => [
  {
    name: 'chat',
    async run(gateway) {
      const { message } = await llmAt(gateway).chat({ messages });
      assertGreeting(extractText(message.content));
    },
  },
  {
    name: 'chat stream',
    async run(gateway) {
      let text = '';
      for await (const { delta } of await llmAt(gateway).chat({ messages, stream: true })) text += delta;
      assertGreeting(text);
    },
  },
];

export const llamaIndexOpenAi: Client = {
  name: '@llamaindex/openai',
  features: features(({ url, key }) =>
    openai({ model: OPENAI_MODEL, apiKey: key, baseURL: `${url}/v1`, maxRetries: 0 }),
  ),
};

export const llamaIndexAnthropic: Client = {
  name: '@llamaindex/anthropic',
  features: features(({ url, key }) =>
    anthropic({
      model: ANTHROPIC_MODEL,
      session: new AnthropicSession({ apiKey: key, baseURL: url, maxRetries: 0 }),
    }),
  ),
};
