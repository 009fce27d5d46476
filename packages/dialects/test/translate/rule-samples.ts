import type { DialectName } from '../../src/dialect.ts';

type Json = { readonly [key: string]: unknown };

const text = { type: 'text', text: 'Hi' };
const image = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } };
const user = (content: unknown, more: Json = {}): Json => ({
  model: 'm',
  messages: [{ role: 'user', content, ...more }],
});
const parts = (...content: readonly unknown[]): Json => user([text, ...content]);
const assistant = (more: Json): Json => ({
  model: 'm',
  messages: [
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: 'Hello', ...more },
    { role: 'user', content: 'Bye' },
  ],
});

/** Values of fields that have no meaning of their own: any will do. */
const VALUES: Json = {
  logit_bias: { '1': 2 },
  top_k: 3,
  seed: 1,
  frequency_penalty: 0.5,
  presence_penalty: 0.5,
  n: 2,
  best_of: 2,
  logprobs: 1,
  echo: true,
};
const anyOf = (field: string) => VALUES[field] ?? 'x';

const chatNested: { readonly [field: string]: Json } = {
  'messages[].name': user('Hi', { name: 'ann' }),
  'messages[].audio': assistant({ audio: { id: 'a' } }),
  'messages[].content[].input_audio': parts({
    type: 'input_audio',
    input_audio: { data: 'AA', format: 'wav' },
  }),
  'messages[].content[].image_url.detail': parts({
    ...image,
    image_url: { ...image.image_url, detail: 'low' },
  }),
  'messages[].content[].file.file_id': parts({ type: 'file', file: { file_id: 'f' } }),
  'messages[].content[].prompt_cache_breakpoint': parts({
    ...text,
    prompt_cache_breakpoint: { mode: 'explicit' },
  }),
  'messages[].reasoning_content': assistant({ reasoning_content: 'Hm.' }),
};

const tool = { name: 'f', input_schema: { type: 'object' } };
const block = (field: string): Json => parts({ ...text, [field]: 'x' });
const messagesNested: { readonly [field: string]: Json } = {
  'messages[].content[].thinking': assistant({
    content: [{ type: 'thinking', thinking: 'Hm.', signature: 's' }, text],
  }),
  'tools[].cache_control': { ...user('Hi'), tools: [{ ...tool, cache_control: { type: 'ephemeral' } }] },
  'tools[].allowed_callers': { ...user('Hi'), tools: [{ ...tool, allowed_callers: ['direct'] }] },
  'tools[].defer_loading': { ...user('Hi'), tools: [{ ...tool, defer_loading: true }] },
  'tools[].eager_input_streaming': { ...user('Hi'), tools: [{ ...tool, eager_input_streaming: true }] },
  'tools[].input_examples': { ...user('Hi'), tools: [{ ...tool, input_examples: [{}] }] },
  top_k: { ...user('Hi'), top_k: 3 },
};

const input = (...items: readonly unknown[]): Json => ({
  model: 'm',
  input: [{ role: 'user', content: 'Hi' }, ...items],
});
const content = (part: Json): Json => ({ model: 'm', input: [{ role: 'user', content: [part] }] });
const called = (more: Json): Json =>
  input(
    { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}', ...more },
    { type: 'function_call_output', call_id: 'c', output: 'ok' },
  );
const withTool = (more: Json): Json => ({ ...input(), tools: [{ type: 'function', name: 'f', ...more }] });
const responsesNested: { readonly [field: string]: Json } = {
  'input[].content[].file_id': content({ type: 'input_image', file_id: 'f' }),
  'input[].content[].prompt_cache_breakpoint': content({
    type: 'input_text',
    text: 'Hi',
    prompt_cache_breakpoint: { mode: 'explicit' },
  }),
  'input[].content[].detail': content({
    type: 'input_image',
    image_url: 'https://example.com/a.png',
    detail: 'low',
  }),
  'input[].caller': called({ caller: { type: 'direct' } }),
  'input[].namespace': called({ namespace: 'n' }),
  'input[].async': called({ async: true }),
  'input[].web_search_call': input({ type: 'web_search_call', id: 'w' }),
  'input[].file_search_call': input({ type: 'file_search_call', id: 'w' }),
  'input[].reasoning': input(
    { type: 'reasoning', id: 'rs', summary: [{ type: 'summary_text', text: 'Hm.' }] },
    { role: 'assistant', content: 'Hello' },
    { role: 'user', content: 'Bye' },
  ),
  'tools[].allowed_callers': withTool({ allowed_callers: ['direct'] }),
  'tools[].async': withTool({ async: true }),
  'tools[].defer_loading': withTool({ defer_loading: true }),
  'tools[].output_schema': withTool({ output_schema: {} }),
};

/** `a.b` and `include.b`: a field of an object, a word of a list. */
function inside(base: Json, field: string): Json {
  const [object = '', ...rest] = field.split('.');
  const key = rest.join('.');
  return { ...base, [object]: object === 'include' ? [key] : { [key]: 'x' } };
}

function sampleOf(base: Json, nested: { readonly [field: string]: Json }) {
  return (field: string): Json | undefined => {
    if (field === 'model') return base;
    if (nested[field] !== undefined) return nested[field];
    if (field.startsWith('messages[].content[].')) return block(field.slice(21));
    if (/^[a-z_]+$/.test(field)) return { ...base, [field]: anyOf(field) };
    return field.includes('[') ? undefined : inside(base, field);
  };
}

/** By the client's dialect: a request with nothing unusual but the field. */
export const samples: {
  readonly [from in DialectName]?: (field: string) => Json | undefined;
} = {
  'openai-chat': sampleOf(user('Hi'), chatNested),
  'anthropic-messages': sampleOf({ ...user('Hi'), max_tokens: 10 }, messagesNested),
  'openai-responses': sampleOf(input(), responsesNested),
  'openai-completions': sampleOf({ model: 'm', prompt: 'Hi' }, {}),
};
