import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type ContinuationStyle, PROOFS } from '../../src/resume/continuation-style.ts';
import { joinText } from '../../src/resume/join-text.ts';
import { shownText } from '../../src/resume/shown-text.ts';

const STYLES = Object.keys(PROOFS) as ContinuationStyle[];

/** What the client sees in the end, and how much was left out. */
function joined(said: string, pieces: readonly string[], style: ContinuationStyle) {
  const join = joinText(said, shownText(said).length, PROOFS[style]);
  const text = said + pieces.map((piece) => join.push(piece)).join('') + join.flush();
  return { text, skipped: join.skipped, restarted: join.restarted };
}

const piecesOf = (text: string, size: number): string[] =>
  Array.from({ length: Math.ceil(text.length / size) }, (_, at) => text.slice(at * size, (at + 1) * size));

const STORY =
  'Once upon a time there was a gateway. It stood between many callers and many models, and it never lost a word, ' +
  'not even in the middle of one. 😀 Every evening the providers fell over; every evening it went on.\n\n\tThe end.  ';

const prose = fc
  .array(
    fc.constantFrom(
      'one',
      'two',
      'three',
      'four',
      'é',
      '😀',
      '\n',
      ' ',
      '  \n\n',
      '- item',
      '| a | b |\n',
      '0',
    ),
    {
      minLength: 1,
      maxLength: 80,
    },
  )
  .map((words) => words.join(' '));
const anything = fc.oneof(prose, fc.string({ unit: 'grapheme', minLength: 1, maxLength: 120 }));

describe('a model that goes on where the text stops', () => {
  test('loses no character and repeats none, wherever the cut is and however the rest is cut', () => {
    fc.assert(
      fc.property(anything, fc.nat(), fc.integer({ min: 1, max: 30 }), (text, at, size) => {
        const said = text.slice(0, (at % text.length) + 1);
        fc.pre(shownText(said) !== '');
        const rest = text.slice(shownText(said).length);
        expect(joined(said, piecesOf(rest, size), 'prefill').text).toBe(text);
      }),
      { numRuns: 3000 },
    );
  });

  test.each(STYLES)('does so at every place of a story, asked by %s', (style) => {
    for (let at = 5; at <= STORY.length; at++) {
      const said = STORY.slice(0, at);
      const rest = STORY.slice(shownText(said).length);
      expect(joined(said, piecesOf(rest, 7), style)).toMatchObject({ text: STORY, restarted: false });
    }
  });

  test.each(STYLES)('may go on with a list of equal lines, asked by %s', (style) => {
    const line = 'I shall not talk.\n';
    const said = line.repeat(5);
    expect(joined(said, piecesOf(line.repeat(4).trimStart(), 4), style).text).toBe(line.repeat(9));
  });

  test('may say the white space again that it was not shown, or leave it out', () => {
    expect(joined('Hello \n', [' ', '\n', 'world'], 'prefill').text).toBe('Hello \nworld');
    expect(joined('Hello \n', ['world'], 'prefill').text).toBe('Hello \nworld');
    expect(joined('Hello \n', ['world'], 'prefill').skipped).toBe(0);
  });

  test('gets the other half of a character that was cut in two', () => {
    expect(joined('so \ud83d', [' ', '\ud83d', '\ude00!'], 'prefill').text).toBe('so \ud83d\ude00!');
  });
});

describe('a model that begins all over', () => {
  test.each(STYLES)('has what was said left out, asked by %s', (style) => {
    for (const at of [20, 60, 140, STORY.length]) {
      const result = joined(STORY.slice(0, at), piecesOf(STORY, 5), style);
      expect(result.text.trimEnd()).toBe(STORY.trimEnd());
      expect(result.skipped).toBeGreaterThanOrEqual(Math.min(at, STORY.trimEnd().length));
    }
  });

  test('is held back until it has come as far as the text', () => {
    const join = joinText(STORY.slice(0, 100), 100, PROOFS.instruction);
    expect(
      piecesOf(STORY.slice(0, 100), 10)
        .map((piece) => join.push(piece))
        .join(''),
    ).toBe('');
    expect(join.push(STORY.slice(100, 110))).toBe(STORY.slice(100, 110));
    expect(join.push('x')).toBe('x');
  });

  test.each(STYLES)('and then says something else is no continuation, asked by %s', (style) => {
    const other = `${STORY.slice(0, 60)}, but that is another story.`;
    expect(joined(STORY.slice(0, 100), piecesOf(other, 5), style)).toMatchObject({
      text: STORY.slice(0, 100),
      restarted: true,
    });
  });
});

describe('a model that says the end again before it goes on', () => {
  test.each<[string, ContinuationStyle, number]>([
    ['a few words, after an instruction', 'instruction', 12],
    ['a sentence, after an instruction', 'instruction', 70],
    ['a sentence, although it promised not to', 'prefill', 70],
  ])('has it left out: %s', (_, style, again) => {
    const said = STORY.slice(0, 112);
    const result = joined(said, piecesOf(STORY.slice(112 - again), 3), style);
    expect(result).toEqual({ text: STORY, skipped: again, restarted: false });
  });

  test('is believed when the words were there before', () => {
    const said = 'row by row by row by row';
    expect(joined(said, [' by row by row.'], 'instruction').text).toBe(
      'row by row by row by row by row by row.',
    );
  });
});

test('nothing at all is a continuation of a text that was whole', () => {
  expect(joined(STORY, [], 'prefill')).toEqual({ text: STORY, skipped: 0, restarted: false });
});
