import { describe, expect, test } from '@jest/globals';
import { direction, translated } from './translated.ts';

const toChat = direction('openai-responses', 'openai-chat');
const toMessages = direction('openai-responses', 'anthropic-messages');
const user = (content: unknown) => ({ role: 'user', content });
const response = (input: unknown, more: object = {}) => ({ model: 'm', input, ...more });
const seal = 'holdfast:signature:sig';

describe('a response', () => {
  const items = [
    { role: 'developer', content: 'Be brief.' },
    user([{ type: 'input_text', text: 'Hi' }]),
    {
      type: 'reasoning',
      id: 'rs_1',
      summary: [{ type: 'summary_text', text: 'Hm.' }],
      encrypted_content: seal,
    },
    { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Both.' }] },
    { type: 'function_call', call_id: 'a', name: 'f', arguments: '{"x":1}' },
    { type: 'function_call', call_id: 'b', name: 'f', arguments: '{}' },
    { type: 'function_call_output', call_id: 'a', output: 'one' },
    { type: 'function_call_output', call_id: 'b', output: [{ type: 'input_text', text: 'two' }] },
  ];

  test('is told in chat: what the assistant did in a row is one message', () => {
    const request = response(items, { instructions: 'Be kind.' });
    expect(toChat.told(request).messages).toMatchObject([
      { role: 'system', content: 'Be kind.\n\nBe brief.' },
      user('Hi'),
      { role: 'assistant', content: 'Both.', tool_calls: [{ id: 'a' }, { id: 'b' }] },
      { role: 'tool', tool_call_id: 'a', content: 'one' },
      { role: 'tool', tool_call_id: 'b', content: 'two' },
    ]);
    expect(toChat.dropped(request)).toEqual(['input[].reasoning']);
  });

  test('is told in Messages, signed thoughts included', () => {
    const request = response(items, { reasoning: { effort: 'high' } });
    expect(toMessages.told(request, { model: 'claude-opus-4-6' })).toMatchObject({
      system: 'Be brief.',
      thinking: { type: 'adaptive' },
      messages: [
        user('Hi'),
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Hm.', signature: 'sig' },
            { type: 'text', text: 'Both.' },
            { type: 'tool_use', id: 'a', input: { x: 1 } },
            { type: 'tool_use', id: 'b' },
          ],
        },
        user([
          { type: 'tool_result', tool_use_id: 'a', content: 'one' },
          { type: 'tool_result', tool_use_id: 'b', content: 'two' },
        ]),
      ],
    });
    expect(toMessages.dropped(request)).toEqual([]);
  });

  test('with something between a call and its result, which stand side by side elsewhere', () => {
    const call = (id: string) => ({ type: 'function_call', call_id: id, name: 'f', arguments: '{}' });
    const output = (id: string) => ({ type: 'function_call_output', call_id: id, output: id });
    const input = [
      user('Hi'),
      call('a'),
      call('b'),
      output('b'),
      { role: 'developer', content: 'Hurry.' },
      user('Well?'),
      { role: 'assistant', content: 'Wait.' },
      output('a'),
    ];
    expect(toChat.told(response(input)).messages).toMatchObject([
      user('Hi'),
      { role: 'assistant', tool_calls: [{ id: 'a' }, { id: 'b' }] },
      { role: 'tool', tool_call_id: 'b' },
      { role: 'tool', tool_call_id: 'a' },
      { role: 'system', content: 'Hurry.' },
      user('Well?'),
      { role: 'assistant', content: 'Wait.' },
      user(expect.stringContaining('Go on')),
    ]);
    expect(toMessages.told(response(input)).messages).toMatchObject([
      user('Hi'),
      { role: 'assistant', content: [{ id: 'a' }, { id: 'b' }] },
      user([{ tool_use_id: 'b' }, { tool_use_id: 'a' }, { text: 'Well?' }]),
      { role: 'assistant', content: 'Wait.' },
    ]);
  });

  test('has ids of its own for its items, whatever the provider’s answer is called', () => {
    const message = { content: 'Yes', reasoning_content: 'Hm.' };
    const ids = (id: string | undefined, askedAt: number) => {
      const { answer } = translated('openai-responses', 'openai-chat', response('Hi'), { askedAt });
      const told = JSON.parse(answer(Buffer.from(JSON.stringify({ id, choices: [{ message }] }))).toString());
      return told.output.map((item: { id: string }) => item.id);
    };
    const all = [
      ids('chatcmpl-1', 1),
      ids('chatcmpl-1', 2),
      ids(undefined, 3),
      ids('x'.repeat(80), 4),
    ].flat();
    expect(new Set(all).size).toBe(8);
    for (const id of all) expect(id).toMatch(/^(?:rs|msg)_\w{1,48}$/);
  });

  test('sealed by OpenAI keeps its seal to itself', () => {
    const sealed = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAAA' };
    const request = response([user('Hi'), sealed, user('Bye')]);
    expect(toMessages.told(request).messages).toEqual([
      user([
        { type: 'text', text: 'Hi' },
        { type: 'text', text: 'Bye' },
      ]),
    ]);
    expect(toMessages.dropped(request)).toEqual(['input[].reasoning']);
  });

  test('with free text for a tool', () => {
    const request = response(
      [
        user('Hi'),
        { type: 'custom_tool_call', call_id: 'a', name: 'patch', input: '*** Begin' },
        { type: 'custom_tool_call_output', call_id: 'a', output: 'Done' },
      ],
      {
        tools: [
          {
            type: 'custom',
            name: 'patch',
            format: { type: 'grammar', syntax: 'lark', definition: 'start: "x"' },
          },
        ],
      },
    );
    expect(toChat.told(request)).toMatchObject({
      tools: [{ function: { name: 'patch', description: expect.stringContaining('start: "x"') } }],
      messages: [
        user('Hi'),
        { tool_calls: [{ function: { name: 'patch', arguments: '{"input":"*** Begin"}' } }] },
        { role: 'tool', content: 'Done' },
      ],
    });
    const message = { tool_calls: [{ id: 'b', function: { name: 'patch', arguments: '{"input":"x"}' } }] };
    expect(
      toChat.answered(request, { choices: [{ message, finish_reason: 'tool_calls' }] }).output,
    ).toMatchObject([{ type: 'custom_tool_call', call_id: 'b', name: 'patch', input: 'x' }]);
  });

  test('with the form of its answer, its choice of tools and its limits', () => {
    const tool = { type: 'function', name: 'f', parameters: { type: 'object' }, strict: false };
    const request = response('Hi', {
      tools: [tool, { ...tool, name: 'g' }],
      tool_choice: { type: 'function', name: 'g' },
      parallel_tool_calls: false,
      max_output_tokens: 10,
      text: { format: { type: 'json_schema', name: 'n', schema: { type: 'object' }, strict: false } },
      reasoning: { effort: 'low' },
      safety_identifier: 'u',
      temperature: 0.5,
    });
    expect(toChat.told(request)).toMatchObject({
      tools: [{ function: { name: 'f' } }, { function: { name: 'g' } }],
      tool_choice: { type: 'function', function: { name: 'g' } },
      parallel_tool_calls: false,
      max_tokens: 10,
      response_format: { type: 'json_schema', json_schema: { name: 'n', strict: false } },
      reasoning_effort: 'low',
      user: 'u',
      temperature: 0.5,
    });
  });

  test.each([
    [response([{ type: 'item_reference', id: 'x' }]), 'input[0]'],
    [response([{ type: 'computer_call' }]), 'input[0].type'],
    [response([{ role: 'user', content: [{ type: 'input_audio' }] }]), 'input[0].content[0].type'],
    [response([{ type: 'function_call_output', output: 'x' }]), 'input[0].call_id'],
    [response('Hi', { previous_response_id: 'resp_1' }), 'previous_response_id'],
    [response('Hi', { background: true }), 'background'],
    [response('Hi', { tools: [{ type: 'web_search' }] }), 'tools[0].type'],
    [response('Hi', { tool_choice: { type: 'mcp' } }), 'tool_choice'],
    [response([user([{ type: 'input_file', file_url: 'https://example.com/a.pdf' }])]), 'input'],
  ])('%j is refused by its name', (request, field) => {
    expect(toChat.refused(request)).toBe(field);
  });

  test('is answered as a response', () => {
    const answer = {
      id: 'msg_1',
      model: 'claude-x',
      content: [
        { type: 'thinking', thinking: 'Hm.', signature: 'sig' },
        { type: 'text', text: 'Yes' },
      ],
      stop_reason: 'max_tokens',
      usage: { input_tokens: 3, cache_read_input_tokens: 4, output_tokens: 6 },
    };
    expect(toMessages.answered(response('Hi'), answer)).toMatchObject({
      object: 'response',
      model: 'claude-x',
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      output: [
        { type: 'reasoning', summary: [{ text: 'Hm.' }], encrypted_content: seal },
        { type: 'message', content: [{ type: 'output_text', text: 'Yes' }] },
      ],
      usage: { input_tokens: 7, input_tokens_details: { cached_tokens: 4 }, output_tokens: 6 },
    });
  });
});

describe('a legacy completion', () => {
  const endpoints = ['openai-chat', 'anthropic-messages'] as const;

  test.each(endpoints)('is what the user says to %s, with the limit that its API has', (to) => {
    const { told } = direction('openai-completions', to);
    expect(told({ model: 'm', prompt: ['Say it'], stop: 'END' })).toMatchObject({
      messages: [user('Say it')],
      max_tokens: 16,
    });
  });

  test.each([
    [{ prompt: ['a', 'b'] }, 'prompt'],
    [{ prompt: [1, 2] }, 'prompt'],
    [{}, 'prompt'],
    [{ prompt: 'a', echo: true }, 'echo'],
    [{ prompt: 'a', suffix: 'b' }, 'suffix'],
    [{ prompt: 'a', best_of: 2 }, 'best_of'],
    [{ prompt: 'a', logprobs: 0 }, 'logprobs'],
  ])('%j is refused by its name', (request, field) => {
    for (const to of endpoints) expect(direction('openai-completions', to).refused(request)).toBe(field);
  });

  test('is answered as a completion', () => {
    const answer = { id: 'msg_1', content: [{ type: 'text', text: 'Yes' }], stop_reason: 'max_tokens' };
    const { answered } = direction('openai-completions', 'anthropic-messages');
    expect(answered({ prompt: 'a' }, answer)).toMatchObject({
      object: 'text_completion',
      choices: [{ text: 'Yes', finish_reason: 'length' }],
    });
  });
});
