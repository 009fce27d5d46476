import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { DialectName } from '../src/dialect.ts';
import { dialects } from '../src/dialects.ts';
import { lookAlikes } from '../src/streams/look-alikes.ts';
import { chatChunk, messageEvent } from './support/stream-samples.ts';

/** Does an event like `other` pass unparsed after one like `learned`? */
function isAlike(learned: string, other: string): boolean {
  const alikes = lookAlikes();
  const bytes = Buffer.from(learned);
  alikes.learn(bytes, 0, bytes.length, bytes.indexOf('{'));
  const end = alikes.match(Buffer.from(`${other}data: next`), 0);
  if (end !== -1) expect(end).toBe(Buffer.byteLength(other));
  return end !== -1;
}

const text = (content: string, more: object = {}) => chatChunk({ content }, null, more);

describe('passes unparsed what differs only in', () => {
  test.each([
    ['its text', text('Hi'), text(' there, "quoted" \\ and\nmore')],
    ['text of other scripts', text('Hi'), text('中文')],
    ['kana', text('Hi'), text('です')],
    ['Cyrillic', text('Hi'), text('да')],
    ['an emoji', text('Hi'), text('😀')],
    ['its padding', text('Hi', { obfuscation: 'abc' }), text('Ho', { obfuscation: '' })],
    ['a sequence number', text('Hi', { sequence_number: 9 }), text('Ho', { sequence_number: 10 })],
    [
      'spaces before the last brace',
      text('Hi').replace(/}\n/, ' }\n'),
      text('Ho').replace(/}\n/, '     }\n'),
    ],
    [
      'the text of a reasoning',
      chatChunk({ reasoning: 'a', content: '' }),
      chatChunk({ reasoning: 'b', content: '' }),
    ],
  ])('%s', (_, learned, other) => {
    expect(isAlike(learned, other)).toBe(true);
  });
});

describe('leaves to the parser', () => {
  test.each([
    ['a finish', text('Hi'), chatChunk({ content: 'x' }, 'stop')],
    ['an error', text('Hi'), text('x', { error: { message: 'no' } })],
    ['a usage', text('Hi', { usage: null }), text('x', { usage: { prompt_tokens: 1 } })],
    [
      'a usage that grows',
      text('Hi', { usage: { prompt_tokens: 1 } }),
      text('x', { usage: { prompt_tokens: 2 } }),
    ],
    ['another choice', text('Hi'), text('x').replace('"index":0', '"index":1')],
    ['another model', text('Hi'), text('x').replace('gpt-x', 'gpt-y')],
    ['an empty text', text('Hi'), text('')],
    ['white space', text('Hi'), text(' \n')],
    ['an ideographic space', text('Hi'), text('\u3000')],
    ['a no-break space', text('Hi'), text('\u00a0')],
    ['a byte order mark', text('Hi'), text('\ufeff')],
    ['a \\u escape', text('Hi'), text('x').replace('"x"', '"\\u0078"')],
    ['a broken escape', text('Hi'), text('x').replace('"x"', '"\\x"')],
    ['a raw line break in a string', text('Hi'), text('x').replace('"x"', '"x\ny"')],
    ['a broken number', text('Hi', { n: 1 }), text('x', { n: 1 }).replace('"n":1', '"n":01')],
    ['a number that is no whole one', text('Hi', { n: 1 }), text('x', { n: 1.5 })],
    ['an event cut short', text('Hi'), text('x').slice(0, -1)],
    ['other line ends', text('Hi'), text('x').replaceAll('\n', '\r\n')],
    ['one more line', text('Hi'), `${text('x').trimEnd()}\nid: 1\n\n`],
    ['a text in a field that is none', text('Hi', { provider: 'a' }), text('x', { provider: 'b' })],
    [
      'another type',
      messageEvent({ type: 'x', delta: { text: 'a' } }),
      messageEvent({ type: 'y', delta: { text: 'a' } }),
    ],
  ])('%s', (_, learned, other) => {
    expect(isAlike(learned, other)).toBe(false);
  });
});

/** The same events, but none looks like the one before: white space in front of the JSON differs. */
const disguised = (events: readonly string[]) =>
  events.map((event, i) => event.replace('data: ', `data: ${' '.repeat(1 + (i % 2))}`));

const words = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\n',
    '\u00a0',
    '"',
    '\\',
    '\ud83d\ude00',
    '字',
    'error',
    '"finish_reason":"stop"',
  ),
  fc.string(),
);
const chatEvents = fc.record(
  {
    content: fc.option(words),
    reasoning: fc.option(words),
    finish: fc.constantFrom(null, null, null, 'stop', 'error'),
    usage: fc.option(fc.record({ prompt_tokens: fc.nat(3), completion_tokens: fc.nat(3) })),
    error: fc.option(fc.record({ message: words }), { freq: 9 }),
    obfuscation: words,
    sequence_number: fc.nat(20),
  },
  { requiredKeys: ['content', 'finish'] },
);
const blockEvents = fc.record({
  index: fc.nat(1),
  type: fc.constantFrom('text_delta', 'thinking_delta', 'input_json_delta'),
  key: fc.constantFrom('text', 'thinking', 'partial_json'),
  said: words,
});

test.each<[DialectName, fc.Arbitrary<string>]>([
  [
    'openai-chat',
    chatEvents.map(({ content, reasoning, finish, ...more }) =>
      chatChunk({ content, ...(reasoning === undefined ? {} : { reasoning }) }, finish, more),
    ),
  ],
  [
    'anthropic-messages',
    blockEvents.map(({ index, type, key, said }) =>
      messageEvent({ type: 'content_block_delta', index, delta: { type, [key]: said } }),
    ),
  ],
])(
  'a reader of %s that recognises look-alikes finds what one that parses everything finds',
  (dialect, event) => {
    fc.assert(
      fc.property(fc.array(event, { minLength: 2, maxLength: 12 }), (events) => {
        const steps = (chunks: readonly string[]) => {
          const reader = dialects[dialect].openStream();
          return chunks.map((chunk) => {
            const { bytes, ...step } = reader.push(Buffer.from(chunk));
            const { finish, finishSeen, contentSeen, usage, model } = reader;
            return {
              ...step,
              forwarded: bytes?.equals(Buffer.from(chunk)),
              finish,
              finishSeen,
              contentSeen,
              usage,
              model,
            };
          });
        };
        expect(steps(events)).toEqual(steps(disguised(events)));
      }),
      { numRuns: 300 },
    );
  },
);

describe('tells the text of what passes unparsed', () => {
  /** The text of `other` after `learned`, which said `said`; null when it is left to the parser. */
  function textLike(learned: string, said: string | null, other: string): string | null {
    const alikes = lookAlikes();
    const bytes = Buffer.from(learned);
    alikes.learn(bytes, 0, bytes.length, bytes.indexOf('{'));
    alikes.learnText(bytes, 0, bytes.length, bytes.indexOf('{'), said);
    return alikes.match(Buffer.from(other), 0) === -1 ? null : alikes.text;
  }

  test('as the parser would', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (said) => {
        expect([null, said]).toContain(textLike(text('a "b"'), 'a "b"', text(said)));
      }),
    );
    expect(textLike(text('Hi'), 'Hi', text(' there, "quoted" \\ and\nmore 😀'))).toBe(
      ' there, "quoted" \\ and\nmore 😀',
    );
  });

  test('but not of one that said something else, or nothing', () => {
    expect(textLike(text('Hi'), 'Ho', text('x'))).toBeNull();
    expect(textLike(text('Hi'), null, text('x'))).toBeNull();
  });

  test('nor of one with two texts, as it cannot know which counts', () => {
    const two = (reasoning: string, content: string) => chatChunk({ reasoning, reasoning_content: content });
    expect(textLike(two('Hi', 'Hi'), 'Hi', two('a', 'b'))).toBeNull();
  });
});
