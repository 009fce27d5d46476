import type { DialectName } from '../../src/dialect.ts';
import { translate } from '../../src/translate/translate.ts';
import type { Target, Translated, Translation } from '../../src/translate/translation.ts';

type Json = { readonly [key: string]: unknown };

export const target: Target = {
  model: 'upstream-model',
  maxOutput: null,
  askedAt: 1_750_000_000,
  streamUsage: true,
};

/** `model`: the endpoint's. */
export function tried(
  from: DialectName,
  to: DialectName,
  request: unknown,
  more: Partial<Target> = {},
): Translated {
  return translate(from, to, Buffer.from(JSON.stringify(request)), { ...target, ...more });
}

export function translated(
  from: DialectName,
  to: DialectName,
  request: object,
  more: Partial<Target> = {},
): Translation {
  const result = tried(from, to, request, more);
  if (result.kind === 'refused') throw new Error(`${result.field}: ${result.message}`);
  return result.translation;
}

/** One direction: what the endpoint gets, what was left out, which field is refused, and what the client gets. */
export function direction(from: DialectName, to: DialectName) {
  return {
    told: (request: object, more: Partial<Target> = {}): Json =>
      JSON.parse(translated(from, to, request, more).body.toString()) as Json,
    dropped: (request: object, more: Partial<Target> = {}) => translated(from, to, request, more).dropped,
    refused(request: object, more: Partial<Target> = {}): string | null {
      const result = tried(from, to, request, more);
      return result.kind === 'refused' ? result.field : null;
    },
    answered: (request: object, answer: object): Json =>
      JSON.parse(
        translated(from, to, request)
          .answer(Buffer.from(JSON.stringify(answer)))
          .toString(),
      ) as Json,
  };
}
