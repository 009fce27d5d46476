import { describe, expect, test } from '@jest/globals';
import type { DialectName } from '../../src/dialect.ts';
import { withoutForeignThoughts } from '../../src/translate/foreign-thoughts.ts';

const cleaned = (dialect: DialectName, json: string) =>
  withoutForeignThoughts(dialect, Buffer.from(json)).toString();

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
      expect(withoutForeignThoughts('anthropic-messages', bytes)).toBe(bytes);
      expect(withoutForeignThoughts('openai-chat', bytes)).toBe(bytes);
    },
  );
});

test('a Responses request loses what Anthropic sealed, and keeps what OpenAI did', () => {
  const item = (encrypted_content: string) => ({
    type: 'reasoning',
    id: 'rs',
    summary: [],
    encrypted_content,
  });
  const body = (...items: object[]) =>
    JSON.stringify({ input: [...items, { role: 'user', content: 'Hi' }], z: 1 });
  const mixed = body(
    item('gAAAA'),
    item('anthropic-claude-v1:signature:sig'),
    item('anthropic-claude-v1:sealed:x'),
  );
  expect(cleaned('openai-responses', mixed)).toBe(body(item('gAAAA')));
});
