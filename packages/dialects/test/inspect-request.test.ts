import { describe, expect, test } from '@jest/globals';
import type { DialectName } from '../src/dialect.ts';
import { inspectRequest, type RequestFacts } from '../src/request/inspect-request.ts';
import { withModel } from '../src/request/with-model.ts';

const chat = { model: 'gpt-4o', messages: [{ role: 'user', content: 'hello' }] };

function inspectText(text: string, dialect: DialectName = 'openai-chat') {
  return inspectRequest(dialect, Buffer.from(text));
}

function facts(request: object, dialect: DialectName = 'openai-chat'): RequestFacts {
  const inspection = inspectText(JSON.stringify(request), dialect);
  if (!inspection.ok) throw new Error(inspection.message);
  return inspection.facts;
}

function refusal(text: string, dialect: DialectName = 'openai-chat') {
  const inspection = inspectText(text, dialect);
  if (inspection.ok) throw new Error('accepted');
  return inspection;
}

describe('facts', () => {
  test('of a bare chat request', () => {
    expect(facts(chat)).toEqual({
      model: 'gpt-4o',
      modelSpan: [9, 17],
      stream: false,
      includeUsage: false,
      hasStreamOptions: false,
      hasTools: false,
      structured: false,
      maxOutputTokens: null,
      messageCount: 1,
      approxInputChars: 'userhello'.length,
    });
  });

  test('of a full chat request', () => {
    const full = {
      ...chat,
      stream: true,
      stream_options: { include_usage: true },
      tools: [{ type: 'function', function: { name: 'f' } }],
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema: {} } },
      max_tokens: 5,
      max_completion_tokens: 7,
    };
    expect(facts(full)).toMatchObject({
      stream: true,
      includeUsage: true,
      hasTools: true,
      structured: true,
      maxOutputTokens: 7,
    });
  });

  test('of the other dialects', () => {
    const responses = {
      model: 'm',
      input: [{}, {}],
      text: { format: { type: 'json_schema' } },
      max_output_tokens: 16,
    };
    expect(facts(responses, 'openai-responses')).toMatchObject({
      structured: true,
      maxOutputTokens: 16,
      messageCount: 2,
    });
    const messages = { ...chat, max_tokens: 9, output_config: { format: { type: 'json_schema' } } };
    expect(facts(messages, 'anthropic-messages')).toMatchObject({ structured: true, maxOutputTokens: 9 });
    expect(facts({ model: 'm', prompt: 'abc' }, 'openai-completions')).toMatchObject({
      approxInputChars: 3,
      messageCount: 1,
    });
  });

  test('text counts as input, images and addresses do not', () => {
    const content = [
      { type: 'text', text: 'look' },
      { type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(5000)}` } },
      { type: 'image', source: { type: 'base64', data: 'B'.repeat(5000) } },
    ];
    expect(facts({ model: 'm', messages: [{ role: 'user', content }] }).approxInputChars).toBeLessThan(60);
  });

  test('fields that are null count as absent', () => {
    const request = { ...chat, stream: null, n: null, max_tokens: null, tools: null };
    expect(facts(request)).toMatchObject({ stream: false, hasTools: false, maxOutputTokens: null });
  });

  test('images and moderations may leave the model to the API', () => {
    expect(facts({ prompt: 'a cat' }, 'openai-images')).toMatchObject({ model: 'dall-e-2', modelSpan: null });
    expect(facts({ input: 'x' }, 'openai-moderations')).toMatchObject({
      model: 'omni-moderation-latest',
      modelSpan: null,
    });
  });
});

describe('refused before any attempt', () => {
  test.each<[string, string, string | null]>([
    ['C06 malformed JSON', '{"model":"secret', null],
    ['C06 an empty body', '', null],
    ['an array', '[1]', null],
    ['null', 'null', null],
    ['C08 a doubled model', '{"model":"a","messages":[{}],"model":"b"}', 'model'],
    [
      'C08 a doubled model spelled with an escape',
      '{"model":"a","messages":[{}],"mod\\u0065l":"b"}',
      'model',
    ],
    ['C08 any other doubled field', '{"model":"a","messages":[{}],"stream":true,"stream":false}', 'stream'],
    ['C10 __proto__ at the top', '{"model":"a","messages":[{}],"__proto__":{"x":1}}', null],
    ['C10 __proto__ deep inside, escaped', '{"model":"a","messages":[{"\\u005f_proto__":{}}]}', null],
    [
      'C10 constructor.prototype',
      '{"model":"a","messages":[{}],"metadata":{"constructor":{"prototype":{}}}}',
      null,
    ],
    ['C12 a lone high surrogate', '{"model":"a","messages":[{"content":"\\ud800"}]}', null],
    ['C12 a lone low surrogate', '{"model":"a","messages":[{"content":"x\\uDC00"}]}', null],
    ['C12 two high halves', '{"model":"a","messages":[{"content":"\\ud83d\\ud83d\\ude00"}]}', null],
    ['C12 halves with a character between', '{"model":"a","messages":[{"content":"\\ud83d \\ude00"}]}', null],
    ['no model', '{"messages":[{}]}', 'model'],
    ['an empty model', '{"model":"","messages":[{}]}', 'model'],
    ['a model that is no text', '{"model":["a"],"messages":[{}]}', 'model'],
    ['an endless model', `{"model":"${'m'.repeat(257)}","messages":[{}]}`, 'model'],
    ['stream that is no boolean', '{"model":"a","messages":[{}],"stream":"true"}', 'stream'],
    ['no messages', '{"model":"a"}', 'messages'],
    ['empty messages', '{"model":"a","messages":[]}', 'messages'],
    ['messages that are no array', '{"model":"a","messages":"hi"}', 'messages'],
    ['C18 too many messages', `{"model":"a","messages":[${'1,'.repeat(10_000)}1]}`, 'messages'],
    ['C18 too many tools', `{"model":"a","messages":[{}],"tools":[${'1,'.repeat(1024)}1]}`, 'tools'],
    ['C18 tools that are no array', '{"model":"a","messages":[{}],"tools":{}}', 'tools'],
    ['C18 n too large', '{"model":"a","messages":[{}],"n":129}', 'n'],
    ['C18 n of 0', '{"model":"a","messages":[{}],"n":0}', 'n'],
    ['C18 max_tokens absurd', '{"model":"a","messages":[{}],"max_tokens":1e300}', 'max_tokens'],
    ['C18 max_tokens negative', '{"model":"a","messages":[{}],"max_tokens":-1}', 'max_tokens'],
    [
      'C18 max_completion_tokens of half',
      '{"model":"a","messages":[{}],"max_completion_tokens":0.5}',
      'max_completion_tokens',
    ],
  ])('%s', (_, text, field) => {
    const inspection = refusal(text);
    expect(inspection.field).toBe(field);
    expect(inspection.message).not.toContain('secret');
    if (field !== null) expect(inspection.message).toContain(`'${field}'`);
  });

  test('bytes that are no UTF-8', () => {
    const body = Buffer.from('{"model":"a","messages":[{"content":"\xff"}]}', 'latin1');
    expect(inspectRequest('openai-chat', body)).toMatchObject({
      ok: false,
      message: 'The request body is not valid UTF-8.',
    });
  });

  test('C09 nesting beyond 100 levels, before it is parsed', () => {
    const nested = (levels: number) =>
      `{"model":"a","messages":[{}],"x":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    expect(inspectText(nested(99)).ok).toBe(true);
    expect(refusal(nested(100)).message).toContain('100 levels');
    expect(refusal('['.repeat(5_000_000)).message).toContain('100 levels');
  });

  test('an unknown doubled field is not quoted', () => {
    expect(refusal('{"model":"a","messages":[{}],"My Secret":1,"My Secret":2}')).toMatchObject({
      field: null,
      message: 'A field is given twice.',
    });
  });

  test('a model of null, also where it is optional', () => {
    expect(refusal('{"model":null,"prompt":"x"}', 'openai-images').field).toBe('model');
  });
});

describe('not mistaken for trouble', () => {
  test.each([
    [
      'a property called constructor in a schema',
      '{"model":"a","messages":[{}],"tools":[{"properties":{"constructor":{"type":"string"}}}]}',
    ],
    ['__proto__ in a text', '{"model":"a","messages":[{"content":"what is __proto__ ?"}]}'],
    ['a whole surrogate pair', '{"model":"a","messages":[{"content":"\\ud83d\\ude00\\uD83D\\uDE00"}]}'],
    ['an escaped backslash before ud800', '{"model":"a","messages":[{"content":"\\\\ud800"}]}'],
    ['the same key twice further down', '{"model":"a","messages":[{"x":1,"x":2}]}'],
    [
      'a text that looks like structure',
      '{"model":"a","messages":[{"content":"\\"model\\":\\"b\\"}]{[,\\\\"}]}',
    ],
    ['whitespace everywhere', ' {\n "model" : "a" ,\t"messages":[ { } ] }\r\n'],
    ['fields nobody knows', '{"model":"a","messages":[{}],"reasoning":{"effort":"low"}}'],
  ])('%s', (_, text) => {
    expect(inspectText(text)).toMatchObject({ ok: true, facts: { model: 'a' } });
  });
});

describe('withModel', () => {
  test('splices the name and leaves every other byte', () => {
    const body = Buffer.from('{"x":1.0, "messages":[{"model":"no"}],"model"  :\n"caf\\u00e9", "y":"ü"}');
    const inspection = inspectRequest('openai-chat', body);
    if (!inspection.ok) throw new Error(inspection.message);
    expect(inspection.facts.model).toBe('café');
    const spliced = withModel(body, inspection.facts, 'a/"b"');
    expect(spliced.toString()).toBe(
      '{"x":1.0, "messages":[{"model":"no"}],"model"  :\n"a/\\"b\\"", "y":"ü"}',
    );
  });

  test('the same model is the same buffer', () => {
    const body = Buffer.from(JSON.stringify(chat));
    expect(withModel(body, facts(chat), 'gpt-4o')).toBe(body);
  });

  test('puts a model in where the body names none', () => {
    for (const text of ['{"prompt":"x"}', ' {}', '{ "n": 1 }']) {
      const inspection = inspectText(text, 'openai-images');
      if (!inspection.ok) throw new Error(inspection.message);
      const spliced = JSON.parse(withModel(Buffer.from(text), inspection.facts, 'gpt-image-1').toString());
      expect(spliced).toEqual({ ...JSON.parse(text), model: 'gpt-image-1' });
    }
  });
});
