import assert from 'node:assert/strict';
import type OpenAI from 'openai';
import { zodResponseFormat, zodTextFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { openAiClient } from '../../support/sdk-clients.ts';
import type { Client, Gateway } from '../matrix.ts';
import {
  ANTHROPIC_HAS_NONE,
  assertGreeting,
  assertToolInput,
  OPENAI_MODEL as model,
  PING,
  PIXEL,
  SYSTEM,
  TOOL,
  TOOL_DESCRIPTION,
  toolSchema,
} from '../questions.ts';

const messages: OpenAI.ChatCompletionMessageParam[] = [
  { role: 'system', content: SYSTEM },
  { role: 'user', content: PING },
];
const tools: OpenAI.ChatCompletionTool[] = [
  { type: 'function', function: { name: TOOL, description: TOOL_DESCRIPTION, parameters: toolSchema } },
];
const tool_choice = { type: 'function' as const, function: { name: TOOL } };
const responseTool = {
  type: 'function' as const,
  name: TOOL,
  description: TOOL_DESCRIPTION,
  parameters: toolSchema,
  strict: true,
};
const Weather = z.object({ city: z.string(), celsius: z.number() });
const at = ({ url }: Gateway) => openAiClient(url, 0);

function callIn(message: OpenAI.ChatCompletionMessage | undefined) {
  const call = message?.tool_calls?.[0];
  assert.ok(call?.type === 'function', 'a tool is called');
  assert.equal(call.function.name, TOOL);
  assertToolInput(call.function.arguments);
  return call;
}

export const openAiSdk: Client = {
  name: 'openai',
  features: [
    {
      name: 'chat',
      async run(gateway) {
        const answer = await at(gateway).chat.completions.create({ model, messages });
        assertGreeting(answer.choices[0]?.message.content);
        assert.equal(answer.choices[0]?.finish_reason, 'stop');
        assert.ok(answer.usage!.completion_tokens > 0);
        assert.equal(answer.object, 'chat.completion');
      },
    },
    {
      name: 'chat stream with usage',
      async run(gateway) {
        const stream = at(gateway).chat.completions.stream({
          model,
          messages,
          stream_options: { include_usage: true },
        });
        const answer = await stream.finalChatCompletion();
        assertGreeting(answer.choices[0]?.message.content);
        assert.ok(answer.usage!.completion_tokens > 0);
      },
    },
    {
      name: 'tools, call and result',
      async run(gateway) {
        const first = await at(gateway).chat.completions.create({ model, messages, tools, tool_choice });
        assert.equal(first.choices[0]?.finish_reason, 'tool_calls');
        const message = first.choices[0].message;
        const second = await at(gateway).chat.completions.create({
          model,
          tools,
          messages: [
            ...messages,
            message,
            { role: 'tool', tool_call_id: callIn(message).id, content: '12 degrees' },
            { role: 'user', content: 'thanks' },
          ],
        });
        assertGreeting(second.choices[0]?.message.content, 'thanks');
      },
    },
    {
      name: 'tools in a stream',
      async run(gateway) {
        const stream = at(gateway).chat.completions.stream({ model, messages, tools, tool_choice });
        callIn((await stream.finalChatCompletion()).choices[0]?.message);
      },
    },
    {
      name: 'parse (JSON schema)',
      async run(gateway) {
        const answer = await at(gateway).chat.completions.parse({
          model,
          messages,
          response_format: zodResponseFormat(Weather, 'weather'),
        });
        assert.equal(typeof answer.choices[0]?.message.parsed?.celsius, 'number');
      },
    },
    {
      name: 'image input',
      async run(gateway) {
        const url = `data:image/png;base64,${PIXEL}`;
        const answer = await at(gateway).chat.completions.create({
          model,
          messages: [
            {
              role: 'user',
              content: [
                { type: 'image_url', image_url: { url } },
                { type: 'text', text: PING },
              ],
            },
          ],
        });
        assertGreeting(answer.choices[0]?.message.content);
      },
    },
    {
      name: 'completions, whole and streamed',
      async run(gateway) {
        const whole = await at(gateway).completions.create({ model, prompt: PING });
        assertGreeting(whole.choices[0]?.text);
        let text = '';
        const stream = await at(gateway).completions.create({ model, prompt: PING, stream: true });
        for await (const chunk of stream) text += chunk.choices[0]?.text ?? '';
        assert.equal(text, whole.choices[0]!.text);
      },
    },
    {
      name: 'responses',
      async run(gateway) {
        const answer = await at(gateway).responses.create({ model, instructions: SYSTEM, input: PING });
        assert.equal(answer.status, 'completed');
        assertGreeting(answer.output_text);
      },
    },
    {
      name: 'responses stream',
      async run(gateway) {
        const stream = at(gateway).responses.stream({ model, input: PING });
        let text = '';
        for await (const event of stream)
          if (event.type === 'response.output_text.delta') text += event.delta;
        assertGreeting(text);
        assert.equal((await stream.finalResponse()).output_text, text);
      },
    },
    {
      name: 'responses with tools',
      async run(gateway) {
        const answer = await at(gateway).responses.create({
          model,
          input: PING,
          tools: [responseTool],
          tool_choice: { type: 'function', name: TOOL },
        });
        const call = answer.output.find(({ type }) => type === 'function_call');
        assert.ok(call?.type === 'function_call', 'a tool is called');
        assertToolInput(call.arguments);
        const next = await at(gateway).responses.create({
          model,
          tools: [responseTool],
          input: [
            { role: 'user', content: PING },
            call,
            { type: 'function_call_output', call_id: call.call_id, output: '12 degrees' },
            { role: 'user', content: 'thanks' },
          ],
        });
        assertGreeting(next.output_text, 'thanks');
      },
    },
    {
      name: 'responses parse (JSON schema)',
      async run(gateway) {
        const answer = await at(gateway).responses.parse({
          model,
          input: PING,
          text: { format: zodTextFormat(Weather, 'weather') },
        });
        assert.equal(typeof answer.output_parsed?.celsius, 'number');
      },
    },
    {
      name: 'embeddings',
      limits: { anthropic: ANTHROPIC_HAS_NONE.embeddings },
      async run(gateway) {
        const { data } = await at(gateway).embeddings.create({
          model: 'text-embedding-3-small',
          input: ['a', 'b'],
          dimensions: 8,
        });
        assert.deepEqual(
          data.map(({ embedding }) => embedding.length),
          [8, 8],
        );
      },
    },
    {
      name: 'images',
      limits: { anthropic: ANTHROPIC_HAS_NONE.images },
      async run(gateway) {
        const { data } = await at(gateway).images.generate({ model: 'gpt-image-1', prompt: 'a lighthouse' });
        assert.equal(data?.length, 1);
      },
    },
    {
      name: 'moderations',
      limits: { anthropic: ANTHROPIC_HAS_NONE.moderations },
      async run(gateway) {
        const { results } = await at(gateway).moderations.create({
          model: 'omni-moderation-latest',
          input: 'hello',
        });
        assert.equal(results[0]?.flagged, false);
      },
    },
    {
      name: 'audio upload',
      limits: { anthropic: ANTHROPIC_HAS_NONE.audio },
      // One attempt at the best endpoint: uploads cannot be sent again.
      local: true,
      async run(gateway) {
        const file = new File([new Uint8Array([1, 2, 3])], 'speech.wav');
        const { text } = await at(gateway).audio.transcriptions.create({ model: 'whisper-1', file });
        assert.match(text, /^Received/);
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
