import { describe, expect, test } from '@jest/globals';
import OpenAI, { toFile } from 'openai';
import type { Simulator } from '../src/simulator.ts';
import { startSimulator } from '../src/start-simulator.ts';
import { collect } from './support/collect.ts';

function sdk(simulator: Simulator, apiKey = 'sk-test') {
  return new OpenAI({ baseURL: simulator.baseUrl('primary'), apiKey, maxRetries: 0 });
}

const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' }, days: { type: 'integer' }, unit: { enum: ['c', 'f'] } },
      required: ['city', 'unit'],
    },
  },
} as const;

const user = (content: string) => [{ role: 'user' as const, content }];

describe('a healthy upstream answers the official OpenAI client', () => {
  test('chat: says what it was told, with usage', async () => {
    await using simulator = await startSimulator();
    const answer = await sdk(simulator).chat.completions.create({
      model: 'gpt-4o',
      messages: user('echo this code: K7-42'),
    });
    expect(answer.model).toBe('gpt-4o');
    expect(answer.choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: {
        role: 'assistant',
        content: 'Hello from primary, you said: echo this code: K7-42',
        refusal: null,
      },
    });
    expect(answer.usage?.total_tokens).toBe(answer.usage!.prompt_tokens + answer.usage!.completion_tokens);
    expect(simulator.requests('primary')).toMatchObject([
      { method: 'POST', path: '/v1/chat/completions', model: 'gpt-4o', token: 'sk-test', status: 200 },
    ]);
  });

  test('chat: reads the text parts of the newest user message', async () => {
    await using simulator = await startSimulator();
    const answer = await sdk(simulator).chat.completions.create({
      model: 'gpt-4o',
      messages: [
        { role: 'system', content: 'Be kind.' },
        { role: 'user', content: 'first' },
        { role: 'assistant', content: 'yes?' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'second' },
            { type: 'image_url', image_url: { url: 'data:,' } },
          ],
        },
      ],
    });
    expect(answer.choices[0]?.message.content).toBe('Hello from primary, you said: second');
  });

  test('chat stream: the pieces are the whole, usage only when asked for', async () => {
    await using simulator = await startSimulator();
    const client = sdk(simulator);
    const stream = client.chat.completions.stream({
      model: 'gpt-4o',
      messages: user('a b  c'),
      stream_options: { include_usage: true },
    });
    const completion = await stream.finalChatCompletion();
    expect(completion.choices[0]?.message.content).toBe('Hello from primary, you said: a b  c');
    expect(completion.choices[0]?.finish_reason).toBe('stop');
    expect(completion.usage?.completion_tokens).toBeGreaterThan(0);

    const plain = await client.chat.completions.create({
      model: 'gpt-4o',
      messages: user('hi'),
      stream: true,
    });
    const chunks = await collect(plain);
    expect(chunks.every(({ usage }) => usage === undefined)).toBe(true);
    expect(chunks.length).toBeGreaterThan(5);
  });

  test.each([false, true])(
    'chat (stream %p): calls the tool that tool_choice demands, with arguments that fit its schema',
    async (stream) => {
      await using simulator = await startSimulator();
      const params = {
        model: 'gpt-4o',
        messages: user('weather?'),
        tools: [weather],
        tool_choice: 'required' as const,
      };
      const client = sdk(simulator).chat.completions;
      const answer = stream ? await client.stream(params).finalChatCompletion() : await client.create(params);
      const [choice] = answer.choices;
      expect(choice?.finish_reason).toBe('tool_calls');
      expect(choice?.message.content).toBeNull();
      const [call] = choice?.message.tool_calls ?? [];
      expect(call).toMatchObject({ type: 'function', function: { name: 'get_weather' } });
      expect(JSON.parse((call as { function: { arguments: string } }).function.arguments)).toEqual({
        city: 'simulated',
        unit: 'c',
      });
    },
  );

  test('chat: answers in the JSON schema it is given, and with tags where the prompt asks for tags', async () => {
    await using simulator = await startSimulator();
    const client = sdk(simulator).chat.completions;
    const schema = {
      type: 'object',
      properties: { score: { type: 'number' }, labels: { type: 'array', items: { type: 'string' } } },
      required: ['score', 'labels'],
    };
    const structured = await client.create({
      model: 'gpt-4o',
      messages: user('rate this'),
      response_format: { type: 'json_schema', json_schema: { name: 'rating', schema } },
    });
    expect(JSON.parse(structured.choices[0]?.message.content ?? '')).toEqual({
      score: 1,
      labels: ['simulated'],
    });

    const tagged = await client.create({
      model: 'gpt-4o',
      messages: [
        { role: 'system', content: 'Answer with {"tags": ["...", "..."]}.' },
        { role: 'user', content: 'A quiet morning in Kyoto, with matcha and a small garden' },
      ],
    });
    expect(JSON.parse(tagged.choices[0]?.message.content ?? '')).toEqual({
      tags: ['quiet', 'morning', 'kyoto', 'matcha', 'small'],
    });
  });

  test('responses: whole and streamed', async () => {
    await using simulator = await startSimulator();
    const client = sdk(simulator).responses;
    const whole = await client.create({ model: 'gpt-4o', input: 'hi' });
    expect(whole.output_text).toBe('Hello from primary, you said: hi');
    expect(whole.status).toBe('completed');

    const streamed = await client
      .stream({ model: 'gpt-4o', input: [{ role: 'user', content: 'hi again' }] })
      .finalResponse();
    expect(streamed.output_text).toBe('Hello from primary, you said: hi again');
    const events = await collect(await client.create({ model: 'gpt-4o', input: 'x', stream: true }));
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, index) => index));
  });

  test('responses: a function call, streamed', async () => {
    await using simulator = await startSimulator();
    const { function: definition } = weather;
    const stream = sdk(simulator).responses.stream({
      model: 'gpt-4o',
      input: 'weather?',
      tools: [{ type: 'function', ...definition, strict: false }],
      tool_choice: { type: 'function', name: 'get_weather' },
    });
    const { output } = await stream.finalResponse();
    expect(output[0]).toMatchObject({
      type: 'function_call',
      name: 'get_weather',
      arguments: '{"city":"simulated","unit":"c"}',
    });
  });

  test('legacy completions: whole and streamed', async () => {
    await using simulator = await startSimulator();
    const client = sdk(simulator).completions;
    const whole = await client.create({ model: 'gpt-3.5-turbo-instruct', prompt: 'hi' });
    expect(whole.choices[0]?.text).toBe('Hello from primary, you said: hi');
    const chunks = await collect(await client.create({ model: 'm', prompt: 'hi', stream: true }));
    expect(chunks.map(({ choices }) => choices[0]?.text).join('')).toBe('Hello from primary, you said: hi');
  });

  test('embeddings: unit vectors that depend on the text alone', async () => {
    await using simulator = await startSimulator();
    const client = sdk(simulator).embeddings;
    const { data } = await client.create({
      model: 'text-embedding-3-small',
      input: ['cat', 'dog', 'cat'],
      dimensions: 16,
    });
    const [cat, dog, again] = data.map(({ embedding }) => embedding);
    expect(cat).toHaveLength(16);
    expect(again).toEqual(cat);
    expect(dog).not.toEqual(cat);
    expect(Math.hypot(...(cat ?? []))).toBeCloseTo(1, 5);
  });

  test('images, moderations, models, uploads', async () => {
    await using simulator = await startSimulator();
    const client = sdk(simulator);
    const image = await client.images.generate({ model: 'gpt-image-1', prompt: 'a dot', n: 2 });
    expect(image.data).toHaveLength(2);
    expect(
      Buffer.from(image.data?.[0]?.b64_json ?? '', 'base64')
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
    const moderation = await client.moderations.create({ input: 'hello' });
    expect(moderation.results[0]?.flagged).toBe(false);
    const { data } = await client.models.list();
    expect(data.map(({ id }) => id)).toContain('gpt-4o-mini');
    expect((await client.models.retrieve('gpt-4o-mini')).id).toBe('gpt-4o-mini');
    const audio = await toFile(Buffer.alloc(1000), 'speech.mp3');
    const heard = await client.audio.transcriptions.create({ model: 'whisper-1', file: audio });
    const sent = simulator.requests().at(-1)?.bodyBytes.length;
    expect(heard.text).toContain(`Received ${sent} bytes of multipart/form-data`);
  });
});

test.each([
  [{ status: 401 }, OpenAI.AuthenticationError],
  [{ fault: 'invalid_key' }, OpenAI.AuthenticationError],
  [{ fault: 'openai_429' }, OpenAI.RateLimitError],
  [{ fault: 'context_length' }, OpenAI.BadRequestError],
  [{ fault: 'nginx_502' }, OpenAI.InternalServerError],
] as const)('the OpenAI client reads %p as the error it is', async (behaviour, error) => {
  await using simulator = await startSimulator();
  simulator.behave('primary', behaviour);
  const call = sdk(simulator).chat.completions.create({ model: 'gpt-4o', messages: user('hi') });
  await expect(call).rejects.toBeInstanceOf(error);
});
