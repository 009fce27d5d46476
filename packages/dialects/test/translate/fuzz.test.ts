import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { DialectName } from '../../src/dialect.ts';
import { translatableTo, translate } from '../../src/translate/translate.ts';
import { richRequests } from './rich-requests.ts';
import { target, translated, tried } from './translated.ts';

const pairs = (Object.keys(richRequests) as DialectName[]).flatMap((from) =>
  translatableTo(from).map((to) => [from, to] as const),
);
const models = ['upstream-model', 'claude-opus-4-7', 'claude-sonnet-4-5', 'claude-3-haiku', 'gpt-4o', 'o3'];
const json = fc.oneof(
  { weight: 9, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
  { weight: 1, arbitrary: fc.constant({ toString: false, valueOf: 1, length: -1 }) },
);

/** One value somewhere inside replaced by another. */
function mutated(value: unknown, [step = 0, ...steps]: readonly number[], replacement: unknown): unknown {
  if (typeof value !== 'object' || value === null) return replacement;
  const keys = Object.keys(value);
  const key = keys[step % (keys.length + 1)];
  if (key === undefined) return replacement;
  const inner = mutated((value as { [key: string]: unknown })[key], steps, replacement);
  if (Array.isArray(value)) return value.with(Number(key), inner);
  return { ...value, [key]: inner };
}

describe.each(pairs)('%s told in %s', (from, to) => {
  const requests = richRequests[from] ?? [];

  test('requests that use everything can be told', () => {
    for (const request of requests)
      for (const model of models.filter((name) => to !== 'openai-chat' || name !== 'o3'))
        expect(tried(from, to, request, { model }).kind).toBe('translated');
  });

  test('no JSON at all makes it throw, and each refusal names its field', () => {
    fc.assert(
      fc.property(json, (body) => {
        const result = tried(from, to, body);
        expect(result.kind === 'refused' ? result.field : 'translated').not.toBe('');
      }),
    );
  });

  test('nor does any value in any place of a request', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...requests),
        fc.array(fc.nat({ max: 20 }), { maxLength: 8 }),
        json,
        fc.constantFrom(...models),
        (request, steps, replacement, model) => {
          const result = tried(from, to, mutated(request, steps, replacement), { model });
          if (result.kind === 'refused') expect(result.message).toContain(result.field);
          else expect(() => JSON.parse(result.translation.body.toString())).not.toThrow();
        },
      ),
      { numRuns: 400 },
    );
  });

  test('nor does any answer', () => {
    const translation = translated(from, to, requests[0] ?? {});
    fc.assert(
      fc.property(json, (answer) => {
        const told = translation.answer(Buffer.from(JSON.stringify(answer)));
        expect(() => JSON.parse(told.toString())).not.toThrow();
      }),
    );
    expect(() => translation.answer(Buffer.from('no JSON'))).not.toThrow();
  });

  test('the same request is told in the same bytes', () => {
    for (const request of requests) {
      const body = Buffer.from(JSON.stringify(request));
      const [one, two] = [translate(from, to, body, target), translate(from, to, body, target)];
      if (one.kind === 'refused' || two.kind === 'refused') throw new Error('refused');
      expect(one.translation.body.equals(two.translation.body)).toBe(true);
    }
  });
});
