import { describe, expect, test } from '@jest/globals';
import type { DialectName } from '../../src/dialect.ts';
import { withoutForeignThoughts } from '../../src/translate/foreign-thoughts.ts';
import { direction } from './translated.ts';

const cleaned = (dialect: DialectName, json: string, model = 'gpt-4o') =>
  withoutForeignThoughts(dialect, Buffer.from(json), model).toString();

describe('a Messages request', () => {
  const thought = (signature: string) => ({ type: 'thinking', thinking: 'Hm.', signature });
  const text = { type: 'text', text: 'Yes' };
  const use = { type: 'tool_use', id: 'a', name: 'f', input: {} };
  const result = { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: 'ok' }] };
  const body = (content: readonly object[], next: object = { role: 'user', content: 'Bye' }, spaces = 0) =>
    JSON.stringify(
      {
        big: 1,
        messages: [{ role: 'user', content: 'Hi' }, { role: 'assistant', content }, next],
        thinking: { type: 'enabled', budget_tokens: 2000 },
      },
      null,
      spaces,
    ).replace('"big"', '"a": 1.0,\n "big"');

  test('loses thoughts without a signature, and nothing else of its bytes', () => {
    expect(cleaned('anthropic-messages', body([thought(''), text]))).toBe(body([text]));
    expect(cleaned('anthropic-messages', body([thought(''), text], undefined, 2))).toContain(
      '"a": 1.0,\n "big": 1',
    );
  });

  test('keeps signed thoughts', () => {
    const signed = body([thought('sig'), thought(''), text]);
    expect(cleaned('anthropic-messages', signed)).toBe(body([thought('sig'), text]));
  });

  test('loses a turn of which nothing is left', () => {
    expect(JSON.parse(cleaned('anthropic-messages', body([thought('')]))).messages).toHaveLength(2);
  });

  test('does not think by a budget while results of another model’s calls come back', () => {
    const { thinking } = JSON.parse(cleaned('anthropic-messages', body([thought(''), use], result)));
    expect(thinking).toEqual({ type: 'disabled' });
    const spoken = JSON.parse(cleaned('anthropic-messages', body([thought(''), text])));
    expect(spoken.thinking).toEqual({ type: 'enabled', budget_tokens: 2000 });
  });

  test.each([body([thought('sig'), text]), body([{ ...text, text: '"signature":""' }]), '{"messages":'])(
    'is the same Buffer when there is nothing to lose',
    (json) => {
      const bytes = Buffer.from(json);
      expect(withoutForeignThoughts('anthropic-messages', bytes, 'm')).toBe(bytes);
      expect(withoutForeignThoughts('openai-chat', bytes, 'm')).toBe(bytes);
    },
  );
});

describe('a Responses request', () => {
  const item = (encrypted_content: string) => ({
    type: 'reasoning',
    id: 'rs',
    summary: [],
    encrypted_content,
  });
  const body = (...items: object[]) =>
    JSON.stringify({ input: [...items, { role: 'user', content: 'Hi' }], z: 1 });

  test('loses the thoughts of others, sealed or not, and keeps what OpenAI sealed', () => {
    const seals = ['gAAAA', 'holdfast:signature:sig', 'holdfast:sealed:x', 'holdfast:unsealed'];
    expect(cleaned('openai-responses', body(...seals.map(item)))).toBe(body(item('gAAAA')));
  });

  test('is the same Buffer when it only speaks of such thoughts', () => {
    const bytes = Buffer.from(body({ role: 'user', content: '"holdfast:unsealed"' }));
    expect(withoutForeignThoughts('openai-responses', bytes, 'm')).toBe(bytes);
  });
});

describe('a chat request', () => {
  const request = { model: 'm', messages: [{ role: 'user', content: 'Hi' }] };
  const answer = (of: object) => ({
    role: 'assistant',
    content: 'Yes',
    ...of,
    tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }],
  });
  const shown = () => {
    const content = [
      { type: 'thinking', thinking: 'Hm.', signature: 'sig' },
      { type: 'text', text: 'Yes' },
    ];
    const { choices } = direction('openai-chat', 'anthropic-messages').answered(request, { content });
    const { reasoning_content, reasoning_details } = (choices as { message: Record<string, unknown> }[])[0]!
      .message;
    return { reasoning_content, reasoning_details };
  };
  const body = (message: object) =>
    JSON.stringify({
      a: 1,
      messages: [...request.messages, message, { role: 'user', content: 'Bye' }],
      z: 1,
    });

  test('loses the thoughts that Anthropic signed: not every vendor takes fields it does not know', () => {
    expect(cleaned('openai-chat', body(answer(shown())))).toBe(body(answer({})));
  });

  test('keeps what can be read of them for models that want thoughts back', () => {
    const { messages } = JSON.parse(cleaned('openai-chat', body(answer(shown())), 'deepseek-chat'));
    expect(messages[1]).toEqual(answer({ reasoning_content: 'Hm.' }));
  });

  test('is the same Buffer with the thoughts of the vendor’s own', () => {
    const own = { type: 'reasoning.text', text: 'Hm.', signature: 'sig', format: 'anthropic-claude-v1' };
    for (const message of [
      answer({ reasoning_content: 'Hm.', reasoning_details: [own] }),
      answer({ content: '"holdfast:thought"' }),
    ]) {
      const bytes = Buffer.from(body(message));
      expect(withoutForeignThoughts('openai-chat', bytes, 'm')).toBe(bytes);
    }
  });
});
