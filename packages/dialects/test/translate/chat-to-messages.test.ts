import { describe, expect, test } from '@jest/globals';
import { direction } from './translated.ts';

const { told, dropped, refused, answered } = direction('openai-chat', 'anthropic-messages');
const user = (content: unknown) => ({ role: 'user', content });
const assistant = (content: unknown, more: object = {}) => ({ role: 'assistant', content, ...more });
const chat = (messages: readonly object[], more: object = {}) => ({ model: 'm', messages, ...more });
const hi = (more: object = {}) => chat([user('Hi')], more);
const call = (id: string, name = 'f', input = '{}') => ({
  id,
  type: 'function',
  function: { name, arguments: input },
});
const result = (id: string, content: unknown = 'ok') => ({ role: 'tool', tool_call_id: id, content });
const tools = [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }];
const sonnet = { model: 'claude-sonnet-4-5' };
const opus = { model: 'claude-opus-4-6' };

describe('turns', () => {
  test('instructions from everywhere become the system prompt', () => {
    const { system, messages } = told(
      chat([
        { role: 'system', content: 'A' },
        { role: 'developer', content: [{ type: 'text', text: 'B' }] },
        user('Hi'),
        { role: 'system', content: 'C' },
        user('Bye'),
      ]),
    );
    expect(system).toEqual(['A', 'B', 'C'].map((text) => ({ type: 'text', text })));
    expect(messages).toEqual([
      user([
        { type: 'text', text: 'Hi' },
        { type: 'text', text: 'Bye' },
      ]),
    ]);
  });

  test('instructions alone are what is asked', () => {
    const request = told(chat([{ role: 'system', content: 'Say hi.' }]));
    expect(request.messages).toEqual([user('Say hi.')]);
    expect(request).not.toHaveProperty('system');
  });

  test('blank texts are left out, and nothing but blanks is refused', () => {
    expect(told(chat([user('Hi'), assistant(' \n'), assistant(null), user('Bye')])).messages).toEqual([
      user([
        { type: 'text', text: 'Hi' },
        { type: 'text', text: 'Bye' },
      ]),
    ]);
    expect(refused(chat([user('  ')]))).toBe('messages');
  });

  test('the first turn is the user’s', () => {
    const { messages } = told(chat([assistant('Hello'), user('Hi')]));
    expect(messages).toEqual([user('(The assistant speaks first.)'), assistant('Hello'), user('Hi')]);
  });

  test('a last turn of the assistant ends without white space, and newer models are asked to go on', () => {
    const request = chat([user('Hi'), assistant('Once upon \n')]);
    expect(told(request, sonnet).messages).toEqual([user('Hi'), assistant('Once upon')]);
    expect(told(request, opus).messages).toEqual([
      user('Hi'),
      assistant('Once upon'),
      user(expect.stringContaining('Go on')),
    ]);
  });

  test('an old function call and its result get an id', () => {
    const request = chat([
      user('Hi'),
      assistant(null, { function_call: { name: 'f', arguments: '{"a":1}' } }),
      { role: 'function', name: 'f', content: 'ok' },
    ]);
    expect(told(request).messages).toEqual([
      user('Hi'),
      assistant([{ type: 'tool_use', id: 'function_call_1', name: 'f', input: { a: 1 } }]),
      user([{ type: 'tool_result', tool_use_id: 'function_call_1', content: 'ok' }]),
    ]);
  });
});

describe('tools', () => {
  test('parallel calls are one turn, their results the next, in front of what the user says', () => {
    const request = chat([
      user('Hi'),
      assistant('Both.', { tool_calls: [call('a', 'f', '{"x":1}'), call('b')] }),
      result('a'),
      user('And?'),
      result('b', [{ type: 'text', text: 'two' }]),
    ]);
    expect(told(request).messages).toEqual([
      user('Hi'),
      assistant([
        { type: 'text', text: 'Both.' },
        { type: 'tool_use', id: 'a', name: 'f', input: { x: 1 } },
        { type: 'tool_use', id: 'b', name: 'f', input: {} },
      ]),
      user([
        { type: 'tool_result', tool_use_id: 'a', content: 'ok' },
        { type: 'tool_result', tool_use_id: 'b', content: 'two' },
        { type: 'text', text: 'And?' },
      ]),
    ]);
  });

  test('ids that Anthropic refuses, and ids used twice, are replaced together with those of their results', () => {
    const round = [assistant(null, { tool_calls: [call('functions.f:0')] }), result('functions.f:0')];
    const request = told(chat([user('Hi'), ...round, ...round])) as {
      messages: { content: { id?: string; tool_use_id?: string }[] }[];
    };
    const [, first, firstResult, second, secondResult] = request.messages.map(({ content }) => content[0]);
    expect(first?.id).toMatch(/^call_[0-9a-f]{24}$/);
    expect(firstResult?.tool_use_id).toBe(first?.id);
    expect(second?.id).not.toBe(first?.id);
    expect(secondResult?.tool_use_id).toBe(second?.id);
  });

  test('input that is no JSON object is shown as it is', () => {
    const { messages } = told(chat([user('Hi'), assistant(null, { tool_calls: [call('a', 'f', '{"x":')] })]));
    expect(messages).toContainEqual(
      assistant([{ type: 'tool_use', id: 'a', name: 'f', input: { INVALID_JSON: '{"x":' } }]),
    );
  });

  test.each([
    ['auto', true, { type: 'auto' }],
    ['required', undefined, { type: 'any' }],
    ['none', false, { type: 'none' }],
    [
      { type: 'function', function: { name: 'f' } },
      false,
      { type: 'tool', name: 'f', disable_parallel_tool_use: true },
    ],
    [undefined, false, { type: 'auto', disable_parallel_tool_use: true }],
    [undefined, undefined, undefined],
  ])('tool_choice %j with parallel_tool_calls %j', (tool_choice, parallel_tool_calls, expected) => {
    expect(told(hi({ tools, tool_choice, parallel_tool_calls })).tool_choice).toEqual(expected);
  });

  test('tools that were called are known, also where none may be called any more', () => {
    const request = chat([
      user('Hi'),
      assistant(null, { tool_calls: [call('a'), call('b')] }),
      result('a'),
      result('b'),
    ]);
    expect(told(request)).toMatchObject({
      tools: [{ name: 'f', input_schema: { type: 'object' } }],
      tool_choice: { type: 'none' },
    });
  });

  test('a strict tool without parameters is a closed object', () => {
    const strict = { type: 'function', function: { name: 'f', parameters: {}, strict: true } };
    expect(told(hi({ tools: [strict] }), sonnet).tools).toEqual([
      { name: 'f', input_schema: { type: 'object', additionalProperties: false }, strict: true },
    ]);
  });

  test('only allowed tools are shown', () => {
    const other = { type: 'function', function: { name: 'g' } };
    const tool_choice = {
      type: 'allowed_tools',
      allowed_tools: { mode: 'required', tools: [{ type: 'function', function: { name: 'g' } }] },
    };
    expect(told(hi({ tools: [...tools, other], tool_choice }))).toMatchObject({
      tools: [{ name: 'g' }],
      tool_choice: { type: 'any' },
    });
  });

  test('a tool that takes text becomes a function, and its call is told back as text', () => {
    const request = hi({ tools: [{ type: 'custom', custom: { name: 'patch', description: 'Patches' } }] });
    expect(told(request).tools).toMatchObject([{ name: 'patch', input_schema: { required: ['input'] } }]);
    const answer = {
      content: [{ type: 'tool_use', id: 'a', name: 'patch', input: { input: '*** Begin' } }],
      stop_reason: 'tool_use',
    };
    expect(answered(request, answer).choices).toMatchObject([
      {
        message: { tool_calls: [{ id: 'a', type: 'custom', custom: { name: 'patch', input: '*** Begin' } }] },
      },
    ]);
  });

  test('a client of old functions gets a function_call', () => {
    const request = hi({ functions: [{ name: 'f' }], function_call: 'auto' });
    expect(told(request).tool_choice).toEqual({ type: 'auto', disable_parallel_tool_use: true });
    const answer = {
      content: [{ type: 'tool_use', id: 'a', name: 'f', input: { x: 1 } }],
      stop_reason: 'tool_use',
    };
    expect(answered(request, answer).choices).toMatchObject([
      {
        message: { content: null, function_call: { name: 'f', arguments: '{"x":1}' } },
        finish_reason: 'function_call',
      },
    ]);
  });
});

describe('images and documents', () => {
  const image = (url: string) => ({ type: 'image_url', image_url: { url } });
  const file = (file_data: string) => ({ type: 'file', file: { filename: 'a', file_data } });

  test.each([
    [
      image('https://example.com/a'),
      { type: 'image', source: { type: 'url', url: 'https://example.com/a' } },
    ],
    [
      image('data:image/jpg;base64,AA=='),
      { type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: 'AA==' } },
    ],
    [
      file('data:application/pdf;base64,AA=='),
      {
        type: 'document',
        title: 'a',
        source: { type: 'base64', media_type: 'application/pdf', data: 'AA==' },
      },
    ],
    [
      file('data:text/markdown;base64,SGk='),
      { type: 'document', title: 'a', source: { type: 'text', media_type: 'text/plain', data: 'Hi' } },
    ],
  ])('%j', (part, block) => {
    expect(told(chat([user([part])])).messages).toEqual([user([block])]);
  });

  test.each([
    [image('data:image/tiff;base64,AA=='), 'messages'],
    [image('ftp://example.com/a'), 'messages[0].content[0].image_url.url'],
    [file('data:application/zip;base64,AA=='), 'messages'],
    [file('AA=='), 'messages[0].content[0].file.file_data'],
    [{ type: 'video_url' }, 'messages[0].content[0].type'],
  ])('%j is refused', (part, field) => {
    expect(refused(chat([user([part])]))).toBe(field);
  });
});

describe('reasoning', () => {
  test.each([
    [opus, 'high', { thinking: { type: 'adaptive' }, output_config: { effort: 'high' }, max_tokens: 32_000 }],
    [opus, 'xhigh', { output_config: { effort: 'high' } }],
    [{ model: 'claude-opus-4-7' }, 'xhigh', { output_config: { effort: 'xhigh' } }],
    [opus, 'minimal', { output_config: { effort: 'low' } }],
    [sonnet, 'medium', { thinking: { type: 'enabled', budget_tokens: 16_000 } }],
    [sonnet, 'none', { thinking: { type: 'disabled' }, max_tokens: 8192 }],
  ])('of %j with effort %s', (model, reasoning_effort, expected) => {
    expect(told(hi({ reasoning_effort }), model)).toMatchObject(expected);
    expect(dropped(hi({ reasoning_effort }), model)).toEqual([]);
  });

  test('a budget leaves room for the answer, or is dropped', () => {
    const request = (max_tokens: number) => hi({ reasoning_effort: 'low', max_tokens });
    expect(told(request(2000), sonnet).thinking).toEqual({ type: 'enabled', budget_tokens: 1024 });
    expect(told(request(1000), sonnet)).not.toHaveProperty('thinking');
    expect(dropped(request(1000), sonnet)).toEqual(['reasoning_effort']);
  });

  const called = [user('Hi'), assistant(null, { tool_calls: [call('a')] }), result('a')];
  test.each([
    ['a model that does not think', hi(), { model: 'claude-3-haiku-20240307' }],
    ['a tool that must be called', hi({ tools, tool_choice: 'required' }), opus],
    ['a turn to go on with', chat([user('Hi'), assistant('Once')]), sonnet],
    ['a result of a call without its thoughts', chat(called), opus],
    ['such a result with words behind it', chat([...called, user('And?')]), sonnet],
  ])('gives way to %s', (_, request, model) => {
    const wish = { ...request, reasoning_effort: 'high' };
    expect(told(wish, model)).not.toHaveProperty('thinking');
    expect(dropped(wish, model)).toContain('reasoning_effort');
  });

  test('comes back signed from the client, redacted thinking too; unsigned thoughts do not', () => {
    const format = 'anthropic-claude-v1';
    const reasoning_details = [
      { type: 'reasoning.text', text: 'Hm.', signature: 'sig', format, index: 0 },
      { type: 'reasoning.encrypted', data: 'xyz', format, index: 1 },
    ];
    const round = [assistant(null, { reasoning_details, tool_calls: [call('a')] }), result('a')];
    const request = chat([user('Hi'), ...round], { reasoning_effort: 'high' });
    expect(told(request, opus)).toMatchObject({
      thinking: { type: 'adaptive' },
      messages: [
        user('Hi'),
        assistant([
          { type: 'thinking', thinking: 'Hm.', signature: 'sig' },
          { type: 'redacted_thinking', data: 'xyz' },
          { type: 'tool_use' },
        ]),
        { role: 'user' },
      ],
    });
    const unsigned = chat([user('Hi'), assistant('Hello', { reasoning_content: 'Hm.' }), user('Bye')]);
    expect(told(unsigned).messages).toEqual([user('Hi'), assistant('Hello'), user('Bye')]);
    expect(dropped(unsigned)).toEqual(['messages[].reasoning_content']);
  });

  const signed = [{ type: 'reasoning.text', text: 'Hm.', signature: 'sig', format: 'anthropic-claude-v1' }];

  test('comes back from clients that keep the pieces of a stream, and not from those that lost some', () => {
    const { reasoning_details } = (
      answered(hi(), { content: [{ type: 'thinking', thinking: 'Hmm.', signature: 'sig' }] }) as {
        choices: [{ message: { reasoning_details: [{ text: string; signature: string }] } }];
      }
    ).choices[0].message;
    const { text: whole, signature, ...marks } = reasoning_details[0];
    const said = { ...marks, text: whole.slice(0, 2) };
    const sent = (...details: object[]) => {
      const messages = [user('Hi'), assistant('Yes', { reasoning_content: '.', reasoning_details: details })];
      return told(chat([...messages, user('Bye')]), opus).messages;
    };
    const kept = assistant([
      { type: 'thinking', thinking: 'Hmm.', signature: 'sig' },
      { type: 'text', text: 'Yes' },
    ]);
    const rest = { ...marks, text: whole.slice(2) };
    expect(sent(said, rest, { ...marks, signature })).toEqual([user('Hi'), kept, user('Bye')]);
    expect(sent({ ...marks, signature })).toEqual([user('Hi'), assistant('Yes'), user('Bye')]);
  });

  test('neither ends a turn nor stands in one to go on with: the API refuses both', () => {
    const cut = chat([user('Hi'), assistant('', { reasoning_details: signed }), user('Well?')]);
    const both = [
      { type: 'text', text: 'Hi' },
      { type: 'text', text: 'Well?' },
    ];
    expect(told(cut, sonnet).messages).toEqual([user(both)]);
    const begun = chat([user('Hi'), assistant('Once', { reasoning_details: signed })]);
    expect(told(begun, sonnet).messages).toEqual([user('Hi'), assistant('Once')]);
    for (const request of [cut, begun])
      expect(dropped(request, sonnet)).toEqual(['messages[].reasoning_content']);
  });
});

describe('sampling and limits', () => {
  test.each([
    [{ temperature: 0.3, top_k: 5 }, sonnet, { temperature: 0.3, top_k: 5 }, []],
    [{ temperature: 1.7 }, sonnet, { temperature: 1 }, ['temperature']],
    [{ temperature: 0.3, top_p: 0.9 }, sonnet, { temperature: 0.3 }, ['top_p']],
    [{ temperature: 1, top_p: 0.9 }, sonnet, { top_p: 0.9 }, []],
    [{ temperature: 0, top_p: 1 }, sonnet, { temperature: 0 }, []],
    [{ temperature: 0.3 }, { model: 'claude-opus-4-7' }, {}, ['temperature']],
    [{ temperature: 0.3 }, { model: 'claude-mythos-preview' }, {}, ['temperature']],
    [{ temperature: 0.3 }, { model: 'kimi-k2' }, { temperature: 0.3 }, []],
    [{ temperature: 0.3, reasoning_effort: 'low' }, opus, {}, ['temperature']],
  ])('%j for %j', (sampling, model, expected, left) => {
    const { temperature, top_p, top_k } = told(hi(sampling), model);
    expect({ temperature, top_p, top_k }).toEqual({
      temperature: undefined,
      top_p: undefined,
      top_k: undefined,
      ...expected,
    });
    expect(dropped(hi(sampling), model)).toEqual(left);
  });

  test.each([
    [{}, null, 8192],
    [{}, 4096, 4096],
    [{ max_tokens: 10 }, null, 10],
    [{ max_tokens: 10, max_completion_tokens: 20 }, null, 20],
    [{ max_tokens: 99_999 }, 4096, 4096],
  ])('a limit of %j where the model has %j', (limit, maxOutput, expected) => {
    expect(told(hi(limit), { maxOutput }).max_tokens).toBe(expected);
  });

  test.each([
    ['claude-3-haiku-20240307', {}, 4096],
    ['claude-3-5-haiku-latest', { max_tokens: 20_000 }, 8192],
    ['claude-opus-4-1', { max_tokens: 100_000 }, 32_000],
    ['claude-sonnet-4-5', { max_tokens: 100_000 }, 64_000],
    ['claude-opus-4-6', { max_tokens: 100_000 }, 100_000],
  ])('no cap is above what %s can write (%j)', (model, limit, cap) => {
    expect(told(hi(limit), { model }).max_tokens).toBe(cap);
  });

  test('a user is told by a digest where the name is longer than Anthropic takes', () => {
    expect(told(hi({ user: 'u'.repeat(256) })).metadata).toEqual({ user_id: 'u'.repeat(256) });
    expect(told(hi({ user: 'u'.repeat(257) })).metadata).toEqual({
      user_id: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test('stop sequences', () => {
    expect(told(hi({ stop: 'END' })).stop_sequences).toEqual(['END']);
    expect(refused(hi({ stop: ['END', '\n'] }))).toBe('stop');
  });
});

describe('the form of the answer', () => {
  const schema = {
    type: 'object',
    properties: {
      n: { type: 'integer', minimum: 1, description: 'How many' },
      list: { type: 'array', items: { type: 'string', maxLength: 3 } },
    },
  };
  const response_format = { type: 'json_schema', json_schema: { name: 'x', schema } };

  test('a schema is told within the limits of Anthropic', () => {
    expect(told(hi({ response_format }), sonnet).output_config).toEqual({
      format: {
        type: 'json_schema',
        schema: {
          type: 'object',
          properties: {
            n: { type: 'integer', description: 'How many\n\n{"minimum":1}' },
            list: { type: 'array', items: { type: 'string', description: '{"maxLength":3}' } },
          },
          additionalProperties: false,
        },
      },
    });
  });

  test('models that know no schemas are instructed', () => {
    const { system } = told(hi({ response_format }), { model: 'claude-sonnet-4-20250514' });
    expect(system).toContain(JSON.stringify(schema));
  });

  test('an answer by a schema begins anew behind a last turn of the assistant', () => {
    const { messages } = told(chat([user('Hi'), assistant('Once')], { response_format }), sonnet);
    expect(messages).toEqual([user('Hi'), assistant('Once'), user(expect.stringContaining('Go on'))]);
  });

  test('JSON of any shape is an instruction', () => {
    expect(told(hi({ response_format: { type: 'json_object' } })).system).toMatch(/one JSON object/);
  });
});

test('marks of the cache travel with their parts and tools', () => {
  const cache_control = { type: 'ephemeral', ttl: '1h' };
  const request = chat(
    [
      { role: 'system', content: [{ type: 'text', text: 'Long', cache_control }] },
      user([{ type: 'text', text: 'Hi', cache_control }]),
    ],
    { tools: [{ ...tools[0], cache_control }] },
  );
  expect(told(request)).toMatchObject({
    system: [{ type: 'text', text: 'Long', cache_control }],
    messages: [user([{ type: 'text', text: 'Hi', cache_control }])],
    tools: [{ name: 'f', cache_control }],
  });
});

test('of more than 4 marks of the cache the last ones are told', () => {
  const cache_control = { type: 'ephemeral' };
  const marked = (text: string) => ({ type: 'text', text, cache_control });
  const request = chat(
    [
      { role: 'system', content: [marked('a'), marked('b')] },
      assistant(null, { tool_calls: [call('x')] }),
      result('x', [marked('c')]),
      user([marked('d'), marked('e')]),
    ],
    { tools: [{ ...tools[0], cache_control }] },
  );
  const { system, messages, ...rest } = told(request);
  expect(JSON.stringify([rest, system]).match(/cache_control/g)).toHaveLength(1);
  expect(system).toEqual([{ type: 'text', text: 'a' }, marked('b')]);
  expect(JSON.stringify(messages).match(/cache_control/g)).toHaveLength(3);
  expect(dropped(request)).toEqual(['messages[].content[].cache_control']);
});

describe('an answer', () => {
  test('with thoughts is told with their signatures', () => {
    const answer = {
      content: [
        { type: 'thinking', thinking: 'Hm.', signature: 'sig' },
        { type: 'redacted_thinking', data: 'xyz' },
        { type: 'text', text: 'Yes' },
      ],
      stop_reason: 'end_turn',
      usage: {
        input_tokens: 3,
        cache_read_input_tokens: 4,
        cache_creation_input_tokens: 5,
        output_tokens: 6,
      },
    };
    expect(answered(hi(), answer)).toMatchObject({
      choices: [
        {
          message: {
            content: 'Yes',
            reasoning_content: 'Hm.',
            reasoning_details: [
              { type: 'reasoning.text', text: 'Hm.', signature: 'sig' },
              { type: 'reasoning.encrypted', data: 'xyz' },
            ],
          },
        },
      ],
      usage: {
        prompt_tokens: 12,
        completion_tokens: 6,
        total_tokens: 18,
        prompt_tokens_details: { cached_tokens: 4, cache_write_tokens: 5 },
      },
    });
  });

  test.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['max_tokens', 'length'],
    ['refusal', 'content_filter'],
    ['pause_turn', 'stop'],
    ['model_context_window_exceeded', 'length'],
    [null, 'stop'],
  ])('that stopped for %s finished for %s', (stop_reason, finish_reason) => {
    const answer = { content: [{ type: 'text', text: 'Yes' }], stop_reason };
    expect(answered(hi(), answer).choices).toMatchObject([{ finish_reason }]);
  });

  test('that was refused says why', () => {
    const answer = {
      content: [],
      stop_reason: 'refusal',
      stop_details: { type: 'refusal', category: 'bio', explanation: 'Not that.' },
    };
    expect(answered(hi(), answer).choices).toMatchObject([
      { message: { content: null, refusal: 'Not that.' }, finish_reason: 'content_filter' },
    ]);
  });
});

test.each([
  [chat([{ role: 'tool', content: 'ok' }]), 'messages[0].tool_call_id'],
  [chat([{ role: 'robot', content: 'ok' }]), 'messages[0].role'],
  [chat([user(5)]), 'messages[0].content'],
  [hi({ temperature: 'warm' }), 'temperature'],
  [hi({ stop: [1] }), 'stop'],
  [hi({ tools: [{ type: 'web_search' }] }), 'tools[0].type'],
  [hi({ tools, tool_choice: 'sometimes' }), 'tool_choice'],
  [hi({ response_format: { type: 'grammar' } }), 'response_format.type'],
])('%j is refused by its name', (request, field) => {
  expect(refused(request)).toBe(field);
});
