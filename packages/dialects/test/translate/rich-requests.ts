import type { DialectName } from '../../src/dialect.ts';

const schema = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};
const png = 'data:image/png;base64,iVBORw0KGgo=';
const pdf = 'data:application/pdf;base64,JVBERi0x';

/** By the client's dialect: requests that use all that can be told. */
export const richRequests: { readonly [from in DialectName]?: readonly object[] } = {
  'openai-chat': [
    {
      model: 'm',
      messages: [
        { role: 'system', content: 'Be kind.' },
        { role: 'developer', content: [{ type: 'text', text: 'Be brief.' }] },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is it?', cache_control: { type: 'ephemeral' } },
            { type: 'image_url', image_url: { url: png, detail: 'auto' } },
            { type: 'file', file: { filename: 'a.pdf', file_data: pdf } },
          ],
        },
        {
          role: 'assistant',
          content: 'Let me see.',
          reasoning_details: [
            {
              type: 'reasoning.text',
              text: 'Hm.',
              signature: 'c2ln',
              format: 'anthropic-claude-v1',
              index: 0,
            },
          ],
          tool_calls: [
            { id: 'call_a', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } },
            { id: 'call_b', type: 'custom', custom: { name: 'patch', input: '*** Begin' } },
          ],
        },
        { role: 'tool', tool_call_id: 'call_a', content: 'Rain' },
        { role: 'tool', tool_call_id: 'call_b', content: [{ type: 'text', text: 'Done' }] },
        { role: 'system', content: 'Be quick.' },
        { role: 'assistant', content: null, refusal: 'No.' },
        { role: 'user', content: 'Go on' },
      ],
      tools: [
        {
          type: 'function',
          function: { name: 'weather', description: 'Tells it', parameters: schema, strict: true },
        },
        {
          type: 'custom',
          custom: {
            name: 'patch',
            format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'start: "x"' } },
          },
        },
      ],
      tool_choice: {
        type: 'allowed_tools',
        allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'weather' } }] },
      },
      parallel_tool_calls: false,
      response_format: { type: 'json_schema', json_schema: { name: 'city', schema, strict: true } },
      max_completion_tokens: 4000,
      stop: ['END'],
      temperature: 0.5,
      top_p: 0.9,
      reasoning_effort: 'high',
      safety_identifier: 'u',
      stream: true,
      stream_options: { include_usage: true },
    },
    {
      model: 'm',
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } },
        { role: 'function', name: 'f', content: 'ok' },
      ],
      functions: [{ name: 'f', parameters: schema }],
      function_call: { name: 'f' },
      response_format: { type: 'json_object' },
    },
  ],
  'anthropic-messages': [
    {
      model: 'm',
      max_tokens: 4000,
      system: [{ type: 'text', text: 'Be kind.', cache_control: { type: 'ephemeral' } }],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is it?' },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } },
            { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
            {
              type: 'document',
              title: 'a.pdf',
              source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0x' },
            },
            { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'A text' } },
            { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'A part' }] } },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Hm.', signature: 'c2ln' },
            { type: 'redacted_thinking', data: 'eHl6' },
            { type: 'text', text: 'Let me see.' },
            { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Oslo' } },
            { type: 'tool_use', id: 'toolu_2', name: 'weather', input: {} },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Here' },
            { type: 'tool_result', tool_use_id: 'toolu_1', content: 'Rain' },
            {
              type: 'tool_result',
              tool_use_id: 'toolu_2',
              is_error: true,
              content: [
                { type: 'text', text: 'Cut off' },
                { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
              ],
            },
          ],
        },
        { role: 'system', content: 'Be quick.' },
        { role: 'assistant', content: 'It ' },
      ],
      tools: [{ name: 'weather', description: 'Tells it', input_schema: schema, strict: true }],
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
      output_config: { effort: 'max', format: { type: 'json_schema', schema } },
      stop_sequences: ['END'],
      temperature: 0.5,
      top_k: 5,
      metadata: { user_id: 'u' },
      stream: true,
    },
    {
      model: 'm',
      max_tokens: 4000,
      messages: [{ role: 'user', content: 'Hi' }],
      thinking: { type: 'enabled', budget_tokens: 2000 },
      tool_choice: { type: 'tool', name: 'f' },
      tools: [
        { name: 'f', input_schema: { type: 'object' } },
        { type: 'web_search_20250305', name: 'web_search' },
      ],
    },
  ],
  'openai-responses': [
    {
      model: 'm',
      instructions: 'Be kind.',
      input: [
        { role: 'developer', content: 'Be brief.' },
        {
          type: 'message',
          role: 'user',
          content: [
            { type: 'input_text', text: 'What is it?' },
            { type: 'input_image', image_url: png, detail: 'auto' },
            { type: 'input_file', filename: 'a.pdf', file_data: pdf },
          ],
        },
        {
          type: 'reasoning',
          id: 'rs_1',
          summary: [{ type: 'summary_text', text: 'Hm.' }],
          encrypted_content: 'holdfast:signature:c2ln',
        },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Let me see.' }] },
        { type: 'function_call', call_id: 'call_a', name: 'weather', arguments: '{"city":"Oslo"}' },
        { type: 'custom_tool_call', call_id: 'call_b', name: 'patch', input: '*** Begin' },
        { type: 'function_call_output', call_id: 'call_a', output: 'Rain' },
        {
          type: 'custom_tool_call_output',
          call_id: 'call_b',
          output: [
            { type: 'input_text', text: 'Done' },
            { type: 'input_image', image_url: png },
          ],
        },
        { role: 'user', content: 'Go on' },
      ],
      tools: [
        { type: 'function', name: 'weather', description: 'Tells it', parameters: schema, strict: true },
        {
          type: 'custom',
          name: 'patch',
          format: { type: 'grammar', syntax: 'lark', definition: 'start: "x"' },
        },
        { type: 'web_search' },
      ],
      tool_choice: {
        type: 'allowed_tools',
        mode: 'required',
        tools: [{ type: 'function', name: 'weather' }],
      },
      parallel_tool_calls: true,
      text: { format: { type: 'json_schema', name: 'city', schema, strict: true }, verbosity: 'low' },
      reasoning: { effort: 'xhigh', summary: 'auto' },
      include: ['reasoning.encrypted_content'],
      max_output_tokens: 4000,
      store: false,
      stream: true,
    },
    {
      model: 'm',
      input: 'Hi',
      tool_choice: 'auto',
      temperature: 1.5,
      text: { format: { type: 'json_object' } },
    },
  ],
  'openai-completions': [
    {
      model: 'm',
      prompt: ['Say it'],
      max_tokens: 5,
      stop: 'END',
      temperature: 0,
      seed: 1,
      user: 'u',
      stream: true,
    },
  ],
};
