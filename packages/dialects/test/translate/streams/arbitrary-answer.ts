import fc from 'fast-check';

/** What an answer says, as its provider streams it: each part in pieces. */
export type SpokenPart =
  | { readonly kind: 'text' | 'refusal' | 'reasoning'; readonly pieces: readonly string[] }
  | { readonly kind: 'tool_call'; readonly name: string; readonly pieces: readonly string[] };

export interface SpokenAnswer {
  readonly parts: readonly SpokenPart[];
  readonly cut: boolean;
  readonly usage: { readonly input: number; readonly output: number; readonly cached: number };
  /** Which part each next piece belongs to, where the format lets parts come interleaved. */
  readonly shuffle: readonly number[];
}

const piece = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
  fc.constantFrom(' ', '\n', '"', '\\', '\\u0041', '\u2028', '😀', 'data: [DONE]\n\n', '{"a":'),
);
const saidPart = fc.record({
  kind: fc.constantFrom('text' as const, 'refusal' as const, 'reasoning' as const),
  pieces: fc.array(piece, { minLength: 1, maxLength: 5 }),
});
const cutInPieces = (text: string, sizes: readonly number[]): string[] => {
  const pieces: string[] = [];
  for (let at = 0, turn = 0; at < text.length; turn++) {
    const size = sizes[turn % sizes.length]!;
    pieces.push(text.slice(at, at + size));
    at += size;
  }
  return pieces;
};
const calledPart = fc
  .record({
    name: fc.constantFrom('weather', 'search', 'run'),
    input: fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue({ maxDepth: 2 }), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
    sizes: fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 4 }),
  })
  .map(({ name, input, sizes }) => ({
    kind: 'tool_call' as const,
    name,
    pieces: cutInPieces(JSON.stringify(input), sizes),
  }));

/** Ends with a text that says something, so that it is an answer in every dialect. */
export const spokenAnswer: fc.Arbitrary<SpokenAnswer> = fc.record({
  parts: fc
    .array(fc.oneof(saidPart, calledPart), { maxLength: 5 })
    .map((parts) => [...parts, { kind: 'text' as const, pieces: ['The', ' end.'] }]),
  cut: fc.boolean(),
  usage: fc.record({ input: fc.nat(999), output: fc.nat(999), cached: fc.nat(99) }),
  shuffle: fc.array(fc.nat(9), { maxLength: 30 }),
});

export const callId = (position: number): string => `call_${position}`;

/** The signature of the thinking at `position`. */
export const signatureOf = (position: number): string => `sig${position}==`;
