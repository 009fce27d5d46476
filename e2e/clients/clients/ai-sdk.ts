import assert from 'node:assert/strict';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { embedMany, generateText, type LanguageModel, Output, streamText, tool } from 'ai';
import { z } from 'zod';
import type { Client, Feature, Gateway } from '../matrix.ts';
import {
  ANTHROPIC_HAS_NONE,
  ANTHROPIC_MODEL,
  assertGreeting,
  assertToolInput,
  OPENAI_MODEL,
  PING,
  SYSTEM,
  TOOL,
  TOOL_DESCRIPTION,
} from '../questions.ts';

const tools = {
  [TOOL]: tool({ description: TOOL_DESCRIPTION, inputSchema: z.object({ city: z.string() }) }),
};
const toolChoice = { type: 'tool', toolName: TOOL } as const;
const common = { system: SYSTEM, prompt: PING, maxRetries: 0 };

const features = (modelAt: (gateway: Gateway) => LanguageModel): Feature[] => [
  {
    name: 'generateText',
    async run(gateway) {
      const { text, finishReason, usage } = await generateText({ model: modelAt(gateway), ...common });
      assertGreeting(text);
      assert.equal(finishReason, 'stop');
      assert.ok(usage.outputTokens! > 0);
    },
  },
  {
    name: 'streamText',
    async run(gateway) {
      const errors: unknown[] = [];
      const result = streamText({
        model: modelAt(gateway),
        ...common,
        onError: ({ error }) => void errors.push(error),
      });
      let text = '';
      for await (const part of result.textStream) text += part;
      assert.deepEqual(errors, []);
      assertGreeting(text);
    },
  },
  {
    name: 'tools, whole and streamed',
    async run(gateway) {
      const options = { model: modelAt(gateway), ...common, tools, toolChoice };
      const whole = await generateText(options);
      assertToolInput(whole.toolCalls[0]?.input);
      const streamed = await streamText(options).toolCalls;
      assertToolInput(streamed[0]?.input);
    },
  },
  {
    name: 'structured output',
    async run(gateway) {
      const schema = z.object({ city: z.string(), celsius: z.number() });
      const { output } = await generateText({
        model: modelAt(gateway),
        ...common,
        output: Output.object({ schema }),
      });
      assert.equal(typeof output.celsius, 'number');
    },
  },
];

const openai = ({ url, key }: Gateway) => createOpenAI({ baseURL: `${url}/v1`, apiKey: key });
const compatible = ({ url, key }: Gateway) =>
  createOpenAICompatible({
    name: 'holdfast',
    baseURL: `${url}/v1`,
    apiKey: key,
    supportsStructuredOutputs: true,
  });

export const aiSdkOpenAi: Client = {
  name: '@ai-sdk/openai',
  features: [
    ...features((gateway) => openai(gateway)(OPENAI_MODEL)),
    ...features((gateway) => openai(gateway).chat(OPENAI_MODEL)).map((feature) => ({
      ...feature,
      name: `chat: ${feature.name}`,
    })),
    {
      name: 'embedMany',
      limits: { anthropic: ANTHROPIC_HAS_NONE.embeddings },
      async run(gateway) {
        const model = openai(gateway).embedding('text-embedding-3-small');
        const { embeddings } = await embedMany({ model, values: ['a', 'b'], maxRetries: 0 });
        assert.equal(embeddings.length, 2);
      },
    },
  ],
};

export const aiSdkCompatible: Client = {
  name: '@ai-sdk/openai-compatible',
  features: features((gateway) => compatible(gateway)(OPENAI_MODEL)),
};

export const aiSdkAnthropic: Client = {
  name: '@ai-sdk/anthropic',
  features: features(({ url, key }) =>
    createAnthropic({ baseURL: `${url}/v1`, apiKey: key })(ANTHROPIC_MODEL),
  ),
};
