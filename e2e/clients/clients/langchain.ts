import assert from 'node:assert/strict';
import { ChatAnthropic } from '@langchain/anthropic';
import { HumanMessage, SystemMessage } from '@langchain/core/messages';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
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
  toolSchema,
} from '../questions.ts';

type Chat = ChatOpenAI | ChatAnthropic;

const asked = [new SystemMessage(SYSTEM), new HumanMessage(PING)];
const tool = { name: TOOL, description: TOOL_DESCRIPTION, schema: toolSchema };

const features = (chatAt: (gateway: Gateway) => Chat): Feature[] => [
  {
    name: 'invoke',
    async run(gateway) {
      const answer = await chatAt(gateway).invoke(asked);
      assertGreeting(answer.text);
      assert.ok(answer.usage_metadata!.output_tokens > 0);
    },
  },
  {
    name: 'stream',
    async run(gateway) {
      let text = '';
      for await (const chunk of await chatAt(gateway).stream(asked)) text += chunk.text;
      assertGreeting(text);
    },
  },
  {
    name: 'bindTools',
    async run(gateway) {
      const answer = await chatAt(gateway).bindTools([tool], { tool_choice: TOOL }).invoke(asked);
      assertToolInput(answer.tool_calls?.[0]?.args);
    },
  },
  {
    name: 'withStructuredOutput',
    async run(gateway) {
      const structured = chatAt(gateway).withStructuredOutput(toolSchema, { name: 'weather' });
      assertToolInput(await structured.invoke(asked));
    },
  },
];

export const langchainOpenAi: Client = {
  name: '@langchain/openai',
  features: [
    ...features(
      ({ url, key }) =>
        new ChatOpenAI({
          model: OPENAI_MODEL,
          apiKey: key,
          maxRetries: 0,
          configuration: { baseURL: `${url}/v1` },
        }),
    ),
    {
      name: 'embeddings',
      limits: { anthropic: ANTHROPIC_HAS_NONE.embeddings },
      async run({ url, key }) {
        const embeddings = new OpenAIEmbeddings({
          model: 'text-embedding-3-small',
          apiKey: key,
          maxRetries: 0,
          configuration: { baseURL: `${url}/v1` },
        });
        assert.equal((await embeddings.embedDocuments(['a', 'b'])).length, 2);
      },
    },
  ],
};

export const langchainAnthropic: Client = {
  name: '@langchain/anthropic',
  features: features(
    ({ url, key }) =>
      new ChatAnthropic({ model: ANTHROPIC_MODEL, apiKey: key, maxRetries: 0, anthropicApiUrl: url }),
  ),
};
