import assert from 'node:assert/strict';
import type Anthropic from '@anthropic-ai/sdk';
import { anthropicClient } from '../../support/sdk-clients.ts';
import type { Client, Gateway } from '../matrix.ts';
import {
  assertGreeting,
  assertToolInput,
  ANTHROPIC_MODEL as model,
  PING,
  PIXEL,
  SYSTEM,
  TOOL,
  TOOL_DESCRIPTION,
  toolSchema,
} from '../questions.ts';
import { THOUGHT } from '../stage.ts';

const max_tokens = 2000;
const messages: Anthropic.MessageParam[] = [{ role: 'user', content: PING }];
const tools: Anthropic.Tool[] = [{ name: TOOL, description: TOOL_DESCRIPTION, input_schema: toolSchema }];
const tool_choice = { type: 'tool' as const, name: TOOL };
const at = ({ url }: Gateway) => anthropicClient(url, 0);

const textIn = ({ content }: Anthropic.Message): string | undefined =>
  content.find((block) => block.type === 'text')?.text;

function callIn({ content, stop_reason }: Anthropic.Message): Anthropic.ToolUseBlock {
  assert.equal(stop_reason, 'tool_use');
  const call = content.find((block) => block.type === 'tool_use');
  assert.equal(call?.name, TOOL);
  assertToolInput(call.input);
  return call;
}

export const anthropicSdk: Client = {
  name: '@anthropic-ai/sdk',
  features: [
    {
      name: 'messages',
      async run(gateway) {
        const answer = await at(gateway).messages.create({ model, max_tokens, system: SYSTEM, messages });
        assertGreeting(textIn(answer));
        assert.equal(answer.stop_reason, 'end_turn');
        assert.ok(answer.usage.output_tokens > 0);
      },
    },
    {
      name: 'messages stream',
      async run(gateway) {
        const stream = at(gateway).messages.stream({ model, max_tokens, system: SYSTEM, messages });
        let text = '';
        stream.on('text', (delta) => {
          text += delta;
        });
        const answer = await stream.finalMessage();
        assertGreeting(text);
        assert.equal(textIn(answer), text);
        assert.ok(answer.usage.output_tokens > 0);
      },
    },
    {
      name: 'tools, call and result',
      async run(gateway) {
        const first = await at(gateway).messages.create({ model, max_tokens, messages, tools, tool_choice });
        const { id } = callIn(first);
        const second = await at(gateway).messages.create({
          model,
          max_tokens,
          tools,
          messages: [
            ...messages,
            { role: 'assistant', content: first.content },
            {
              role: 'user',
              content: [
                { type: 'tool_result', tool_use_id: id, content: '12 degrees' },
                { type: 'text', text: 'thanks' },
              ],
            },
          ],
        });
        assertGreeting(textIn(second), 'thanks');
      },
    },
    {
      name: 'tools in a stream',
      async run(gateway) {
        const stream = at(gateway).messages.stream({ model, max_tokens, messages, tools, tool_choice });
        callIn(await stream.finalMessage());
      },
    },
    {
      name: 'thinking, whole and streamed',
      async run(gateway) {
        const thinking = { type: 'enabled' as const, budget_tokens: 1024 };
        const body = { model, max_tokens, thinking, messages };
        for (const answer of [
          await at(gateway).messages.create(body),
          await at(gateway).messages.stream(body).finalMessage(),
        ]) {
          const thought = answer.content.find((block) => block.type === 'thinking');
          assert.equal(thought?.thinking, THOUGHT);
          assertGreeting(textIn(answer));
        }
      },
    },
    {
      name: 'image input',
      async run(gateway) {
        const source = { type: 'base64' as const, media_type: 'image/png' as const, data: PIXEL };
        const content = [
          { type: 'image' as const, source },
          { type: 'text' as const, text: PING },
        ];
        const answer = await at(gateway).messages.create({
          model,
          max_tokens,
          messages: [{ role: 'user', content }],
        });
        assertGreeting(textIn(answer));
      },
    },
    {
      name: 'parse (JSON schema)',
      async run(gateway) {
        const answer = await at(gateway).messages.create({
          model,
          max_tokens,
          messages,
          output_config: { format: { type: 'json_schema', schema: toolSchema } },
        });
        assertToolInput(textIn(answer));
      },
    },
    {
      name: 'count_tokens',
      local: true,
      async run(gateway) {
        const { input_tokens } = await at(gateway).messages.countTokens({ model, messages });
        assert.ok(input_tokens > 0);
      },
    },
    {
      name: 'models',
      local: true,
      async run(gateway) {
        const ids: string[] = [];
        for await (const { id } of at(gateway).models.list()) ids.push(id);
        assert.ok(ids.includes(model), ids.join());
        assert.equal((await at(gateway).models.retrieve(model)).id, model);
      },
    },
  ],
};
