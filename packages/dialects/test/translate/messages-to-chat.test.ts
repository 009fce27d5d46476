import { describe, expect, test } from '@jest/globals';
import { direction } from './translated.ts';

const { told, dropped, refused, answered } = direction('anthropic-messages', 'openai-chat');
const user = (content: unknown) => ({ role: 'user', content });
const assistant = (content: unknown, more: object = {}) => ({ role: 'assistant', content, ...more });
const asked = (messages: readonly object[], more: object = {}) => ({
  model: 'm',
  max_tokens: 10,
  messages,
  ...more,
});
const hi = (more: object = {}) => asked([user('Hi')], more);
const use = (id: string, input: object = {}) => ({ type: 'tool_use', id, name: 'f', input });
const gaveBack = (id: string, content: unknown, more: object = {}) => ({
  type: 'tool_result',
  tool_use_id: id,
  content,
  ...more,
});
const tools = [{ name: 'f', input_schema: { type: 'object' } }];
const png = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } };
const pngUrl = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } };

describe('turns', () => {
  test('the system prompt is one message; instructions in between stay where they are', () => {
    const system = [
      { type: 'text', text: 'A' },
      { type: 'text', text: 'B' },
    ];
    const request = asked([user('Hi'), { role: 'system', content: 'C' }, user('Bye')], { system });
    expect(told(request).messages).toEqual([
      { role: 'system', content: 'A\n\nB' },
      user('Hi'),
      { role: 'system', content: 'C' },
      user('Bye'),
    ]);
  });

  test('a turn of the assistant that was to be gone on with is followed by the wish to', () => {
    const { messages } = told(asked([user('Hi'), assistant('Once')]));
    expect(messages).toEqual([user('Hi'), assistant('Once'), user(expect.stringContaining('Go on'))]);
  });

  test('results are messages of their own; what they show comes behind them; a failure says so', () => {
    const request = asked([
      user('Hi'),
      assistant([{ type: 'text', text: 'Both.' }, use('a', { x: 1 }), use('b')]),
      user([
        { type: 'text', text: 'And?' },
        gaveBack('a', [{ type: 'text', text: 'one' }, png]),
        gaveBack('b', 'none', { is_error: true }),
      ]),
    ]);
    const call = (id: string, input: string) => ({
      id,
      type: 'function',
      function: { name: 'f', arguments: input },
    });
    expect(told(request).messages).toEqual([
      user('Hi'),
      assistant('Both.', { tool_calls: [call('a', '{"x":1}'), call('b', '{}')] }),
      { role: 'tool', tool_call_id: 'a', content: 'one' },
      { role: 'tool', tool_call_id: 'b', content: 'Error: none' },
      user([pngUrl, { type: 'text', text: 'And?' }]),
    ]);
  });

  test('a result that only shows something says that it follows', () => {
    const { messages } = told(asked([user('Hi'), assistant([use('a')]), user([gaveBack('a', [png])])]));
    expect(messages).toMatchObject([
      user('Hi'),
      { role: 'assistant', content: null },
      { role: 'tool', content: '(The result follows.)' },
      user([pngUrl]),
    ]);
  });

  test('thoughts are left out and named', () => {
    const request = asked([
      user('Hi'),
      assistant([
        { type: 'thinking', thinking: 'Hm.', signature: 's' },
        { type: 'text', text: 'Yes' },
      ]),
      user('Bye'),
    ]);
    expect(told(request).messages).toEqual([user('Hi'), assistant('Yes'), user('Bye')]);
    expect(dropped(request)).toEqual(['messages[].content[].thinking']);
  });
});

test('models that think between calls get their thoughts back, as far as they can be read', () => {
  const request = asked([
    user('Hi'),
    assistant([
      { type: 'thinking', thinking: 'Hm.', signature: '' },
      { type: 'redacted_thinking', data: 'xyz' },
      use('a'),
    ]),
    user([gaveBack('a', 'ok')]),
  ]);
  const model = 'deepseek-v4-pro';
  expect(told(request, { model }).messages).toMatchObject([
    user('Hi'),
    { role: 'assistant', reasoning_content: 'Hm.', tool_calls: [{ id: 'a' }] },
    { role: 'tool' },
  ]);
  expect(dropped(request, { model })).toEqual(['messages[].content[].thinking']);
});

describe('documents', () => {
  const document = (source: object, title?: string) => ({ type: 'document', source, title });

  test.each([
    [
      document({ type: 'base64', media_type: 'application/pdf', data: 'AA==' }, 'a.pdf'),
      [{ type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AA==' } }],
    ],
    [document({ type: 'text', media_type: 'text/plain', data: 'Words' }, 'Title'), 'Title\n\nWords'],
    [
      document({ type: 'content', content: [{ type: 'text', text: 'Words' }, png] }),
      [{ type: 'text', text: 'Words' }, pngUrl],
    ],
  ])('%j', (block, content) => {
    expect(told(asked([user([block])])).messages).toEqual([user(content)]);
  });

  test.each([
    [document({ type: 'url', url: 'https://example.com/a.pdf' }), 'messages'],
    [document({ type: 'file', file_id: 'f' }), 'messages[0].content[0].source.type'],
    [{ type: 'search_result' }, 'messages[0].content[0].type'],
    [{ type: 'tool_result', content: 'x' }, 'messages[0].content[0].tool_use_id'],
  ])('%j is refused', (block, field) => {
    expect(refused(asked([user([block])]))).toBe(field);
  });
});

describe('tools', () => {
  test.each([
    [{ type: 'auto' }, 'auto', undefined],
    [{ type: 'any', disable_parallel_tool_use: true }, 'required', false],
    [{ type: 'none' }, 'none', undefined],
    [
      { type: 'tool', name: 'f', disable_parallel_tool_use: false },
      { type: 'function', function: { name: 'f' } },
      true,
    ],
  ])('tool_choice %j', (tool_choice, expected, parallel) => {
    const request = told(hi({ tools, tool_choice }));
    expect(request.tool_choice).toEqual(expected);
    expect(request.parallel_tool_calls).toBe(parallel);
  });

  test('a tool is strict only if OpenAI takes its schema as strict', () => {
    const open = { type: 'object', properties: { x: { type: 'string' } } };
    const closed = { ...open, required: ['x'], additionalProperties: false };
    const request = hi({
      tools: [open, closed].map((input_schema) => ({ name: 'f', input_schema, strict: true })),
    });
    expect(told(request).tools).toMatchObject([
      { function: { strict: false } },
      { function: { strict: true } },
    ]);
  });

  test('a tool that Anthropic runs is dropped next to others, refused alone', () => {
    const search = { type: 'web_search_20250305', name: 'web_search' };
    expect(dropped(hi({ tools: [...tools, search] }))).toEqual(['tools[].web_search_20250305']);
    expect(refused(hi({ tools: [search] }))).toBe('tools[0].type');
  });
});

test('a tool without parameters has the list of them that OpenAI asks for', () => {
  expect(told(hi({ tools })).tools).toMatchObject([
    { function: { name: 'f', parameters: { type: 'object', properties: {} } } },
  ]);
});

test.each([
  [{ thinking: { type: 'enabled', budget_tokens: 2000 } }, ['thinking']],
  [{}, []],
])('with tools, models that call them only without reasoning are told so (%j)', (more, left) => {
  const request = hi({ tools, max_tokens: 4000, ...more });
  for (const model of ['gpt-5.6', 'gpt-5.4-mini', 'gpt-6']) {
    expect(told(request, { model }).reasoning_effort).toBe('none');
    expect(dropped(request, { model })).toEqual(left);
  }
  for (const model of ['gpt-5', 'openai/gpt-5.6', 'gpt-4o'])
    expect(told(request, { model }).reasoning_effort).not.toBe('none');
});

test('Mistral gets short ids of calls and does not hear who asks: it refuses anything else', () => {
  const use = (id: string) => ({ type: 'tool_use', id, name: 'f', input: {} });
  const result = (id: string) => ({ type: 'tool_result', tool_use_id: id, content: id });
  const request = {
    ...hi({ metadata: { user_id: 'u' }, tools }),
    messages: [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: [use('toolu_01A'), use('toolu_01B')] },
      { role: 'user', content: [result('toolu_01B'), result('toolu_01A')] },
    ],
  };
  const { messages, user } = told(request, { model: 'devstral-medium-latest' }) as {
    messages: [object, { tool_calls: { id: string }[] }, ...{ tool_call_id: string; content: string }[]];
    user?: string;
  };
  const [a, b] = messages[1].tool_calls.map(({ id }) => id);
  expect([a, b]).toEqual([expect.stringMatching(/^[a-z\d]{9}$/), expect.stringMatching(/^[a-z\d]{9}$/)]);
  expect(messages.slice(2)).toMatchObject([
    { tool_call_id: b, content: 'toolu_01B' },
    { tool_call_id: a, content: 'toolu_01A' },
  ]);
  expect(user).toBeUndefined();
  expect(dropped(request, { model: 'devstral-medium-latest' })).toEqual(['metadata.user_id']);
});

test.each([
  ['gpt-4o', null, 16_384],
  ['openai/gpt-4.1-mini', null, 32_768],
  ['gpt-4o', 4000, 4000],
  ['llama3.2', null, 64_000],
])('the cap is at most what %s can write (by configuration: %j)', (model, maxOutput, cap) => {
  expect(told(hi({ max_tokens: 64_000 }), { model, maxOutput }).max_tokens).toBe(cap);
});

describe('parameters', () => {
  test.each([
    ['gpt-4o', { max_tokens: 10 }],
    ['gpt-5-mini', { max_completion_tokens: 10 }],
    ['openai/o3', { max_completion_tokens: 10 }],
    ['llama3.1:8b', { max_tokens: 10 }],
  ])('the limit for %s', (model, expected) => {
    const { max_tokens, max_completion_tokens } = told(hi(), { model });
    expect({ max_tokens, max_completion_tokens }).toEqual({
      max_tokens: undefined,
      max_completion_tokens: undefined,
      ...expected,
    });
  });

  test('the limit is at most the model’s', () => {
    expect(told(hi({ max_tokens: 64_000 }), { maxOutput: 16_384 }).max_tokens).toBe(16_384);
  });

  test.each([
    [{ thinking: { type: 'enabled', budget_tokens: 2000 } }, 'low'],
    [{ thinking: { type: 'enabled', budget_tokens: 10_000 } }, 'medium'],
    [{ thinking: { type: 'enabled', budget_tokens: 32_000 } }, 'high'],
    [{ thinking: { type: 'adaptive' }, output_config: { effort: 'max' } }, 'high'],
    [{ output_config: { effort: 'medium' } }, 'medium'],
    [{ thinking: { type: 'adaptive' } }, undefined],
  ])('%j', (thinking, effort) => {
    expect(told(hi(thinking), { model: 'gpt-5' }).reasoning_effort).toBe(effort);
    expect(dropped(hi(thinking), { model: 'gpt-5' })).toEqual([]);
  });

  test('a model that does not reason is not asked to; nor can one that does be kept from it', () => {
    const on = hi({ thinking: { type: 'enabled', budget_tokens: 2000 } });
    const off = hi({ thinking: { type: 'disabled' } });
    for (const [request, model] of [
      [on, 'gpt-4o'],
      [off, 'gpt-5'],
    ] as const) {
      expect(told(request, { model })).not.toHaveProperty('reasoning_effort');
      expect(dropped(request, { model })).toEqual(['thinking']);
    }
  });

  test('OpenAI models that reason take neither sampling nor stop sequences', () => {
    expect(dropped(hi({ temperature: 0.5 }), { model: 'o3' })).toEqual(['temperature']);
    expect(dropped(hi({ temperature: 1 }), { model: 'o3' })).toEqual([]);
    expect(refused(hi({ stop_sequences: ['END'] }), { model: 'o3' })).toBe('stop_sequences');
    expect(refused(hi({ stop_sequences: ['a', 'b', 'c', 'd', 'e'] }))).toBe('stop_sequences');
  });

  test('a user whose name OpenAI finds too long is known by a digest', () => {
    const user = (user_id: string) => told(hi({ metadata: { user_id } })).user;
    expect(user('ann')).toBe('ann');
    expect(user('a'.repeat(65))).toMatch(/^[0-9a-f]{64}$/);
    expect(user('a'.repeat(65))).not.toBe(user('a'.repeat(66)));
  });

  test('a schema is strict if OpenAI takes it as strict', () => {
    const schema = { type: 'object', properties: { n: { type: 'string' } }, additionalProperties: false };
    const request = (required: string[]) =>
      hi({ output_config: { format: { type: 'json_schema', schema: { ...schema, required } } } });
    expect(told(request(['n'])).response_format).toMatchObject({
      type: 'json_schema',
      json_schema: { strict: true, schema },
    });
    expect(told(request([])).response_format).toMatchObject({ json_schema: { strict: false } });
  });
});

describe('an answer', () => {
  const answer = (message: object, finish_reason = 'stop', more: object = {}) => ({
    id: 'chatcmpl-1',
    model: 'gpt-x',
    choices: [{ message: { role: 'assistant', ...message }, finish_reason }],
    ...more,
  });

  test('with calls, whose ids and inputs Anthropic will take back', () => {
    const call = (id: string, input: string) => ({
      id,
      type: 'function',
      function: { name: 'f', arguments: input },
    });
    const tool_calls = [call('call_a', '{"x":1}'), call('functions.f:1', ''), call('', '[1]')];
    const { content, stop_reason } = answered(hi(), answer({ content: null, tool_calls }));
    expect(stop_reason).toBe('tool_use');
    expect(content).toEqual([
      { type: 'tool_use', id: 'call_a', name: 'f', input: { x: 1 }, caller: { type: 'direct' } },
      {
        type: 'tool_use',
        id: expect.stringMatching(/^call_\w+$/),
        name: 'f',
        input: {},
        caller: { type: 'direct' },
      },
      {
        type: 'tool_use',
        id: expect.stringMatching(/^call_\w+$/),
        name: 'f',
        input: { INVALID_JSON: '[1]' },
        caller: { type: 'direct' },
      },
    ]);
  });

  test('with thoughts: signed ones as they were, others with an empty signature, other vendors’ seals not at all', () => {
    const reasoning_details = [
      { type: 'reasoning.text', text: 'A', signature: 's', format: 'anthropic-claude-v1' },
      { type: 'reasoning.text', text: 'B', signature: 's', format: 'google-gemini-v1' },
      { type: 'reasoning.encrypted', data: 'x', format: 'openai-responses-v1' },
    ];
    expect(answered(hi(), answer({ content: 'Yes', reasoning_details })).content).toMatchObject([
      { type: 'thinking', thinking: 'A', signature: 's' },
      { type: 'thinking', thinking: 'B', signature: '' },
      { type: 'text', text: 'Yes' },
    ]);
    expect(answered(hi(), answer({ content: 'Yes', reasoning_content: 'Hm.' })).content).toMatchObject([
      { type: 'thinking', thinking: 'Hm.', signature: '' },
      { type: 'text', text: 'Yes' },
    ]);
  });

  test.each([
    ['stop', 'end_turn'],
    ['length', 'max_tokens'],
    ['content_filter', 'refusal'],
    ['SAFETY', 'refusal'],
    ['eos', 'end_turn'],
  ])('that finished for %s stopped for %s', (finish, stop_reason) => {
    expect(answered(hi(), answer({ content: 'Yes' }, finish)).stop_reason).toBe(stop_reason);
  });

  test('that refuses is a refusal', () => {
    expect(answered(hi(), answer({ content: null, refusal: 'No.' }))).toMatchObject({
      content: [{ type: 'text', text: 'No.' }],
      stop_reason: 'refusal',
    });
  });

  test('that a sequence stopped names it, where the server does', () => {
    const body = {
      ...answer({ content: 'Yes' }),
      choices: [{ message: { content: 'Yes' }, finish_reason: 'stop', stop_reason: 'END' }],
    };
    expect(answered(hi(), body)).toMatchObject({ stop_reason: 'stop_sequence', stop_sequence: 'END' });
  });

  test('counts what came from the cache apart', () => {
    const usage = {
      prompt_tokens: 10,
      completion_tokens: 5,
      prompt_tokens_details: { cached_tokens: 4 },
      completion_tokens_details: { reasoning_tokens: 2 },
    };
    expect(answered(hi(), answer({ content: 'Yes' }, 'stop', { usage })).usage).toMatchObject({
      input_tokens: 6,
      cache_read_input_tokens: 4,
      output_tokens: 5,
      output_tokens_details: { thinking_tokens: 2 },
    });
  });

  test('of Ollama in its own shape', () => {
    const body = {
      model: 'llama3',
      created_at: '2026-01-01T00:00:00Z',
      message: {
        role: 'assistant',
        content: '',
        tool_calls: [{ function: { name: 'f', arguments: { x: 1 } } }],
      },
      done: true,
      done_reason: 'stop',
      prompt_eval_count: 3,
      eval_count: 4,
    };
    expect(answered(hi(), body)).toMatchObject({
      model: 'llama3',
      content: [{ type: 'tool_use', name: 'f', input: { x: 1 } }],
      stop_reason: 'tool_use',
      usage: { input_tokens: 3, output_tokens: 4 },
    });
  });
});
