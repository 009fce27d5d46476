import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { chunked } from './support/chunks.ts';
import { readChunks } from './support/read-chunks.ts';
import { streamSamples } from './support/stream-samples.ts';

const lineEnds = { LF: '\n', CRLF: '\r\n', CR: '\r' };
const offsets = (bytes: Buffer) => Array.from({ length: bytes.length + 1 }, (_, offset) => offset);
const meaning = ({ bytes, terminator, ...rest }: ReturnType<typeof readChunks>) => ({
  ...rest,
  ended: terminator !== null,
});

describe.each(streamSamples)('$name', ({ dialect, events, finish, incompleteUpTo }) => {
  const text = events.join('');
  const terminator = events.at(-1)!;
  const whole = readChunks(dialect, [text]);

  test('is a whole answer, all of it forwarded as it came', () => {
    expect(whole).toMatchObject({
      error: null,
      fault: null,
      closing: '',
      content: true,
      contentSeen: true,
      finishSeen: true,
      finish,
    });
    expect(whole.bytes.toString() + whole.terminator).toBe(text);
  });

  describe.each(Object.entries(lineEnds))('G07 with %s', (_, lineEnd) => {
    const bytes = Buffer.from(text.replaceAll('\n', lineEnd));
    const body = bytes.subarray(0, bytes.length - Buffer.byteLength(terminator.replaceAll('\n', lineEnd)));

    test('cut in two at every byte it means the same, and the same bytes come out', () => {
      const wrong = offsets(bytes).filter((cut) => {
        const reading = readChunks(dialect, [bytes.subarray(0, cut), bytes.subarray(cut)]);
        // The LF of a CRLF that is cut in two goes with the next event.
        const forwarded = Buffer.concat([reading.bytes, Buffer.from('\n')]).subarray(0, body.length);
        return !isDeepStrictEqual(meaning(reading), meaning(whole)) || !forwarded.equals(body);
      });
      expect(wrong).toEqual([]);
    });

    test('byte by byte it means the same', () => {
      expect(meaning(readChunks(dialect, chunked(bytes, [1])))).toEqual(meaning(whole));
    });

    test('in any chunks it means the same', () => {
      fc.assert(
        fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 20 }), (sizes) => {
          return isDeepStrictEqual(meaning(readChunks(dialect, chunked(bytes, sizes))), meaning(whole));
        }),
      );
    });
  });

  test('G08 cut after any event before its finish it never looks complete', () => {
    for (let count = 0; count <= incompleteUpTo; count++) {
      const cut = readChunks(dialect, events.slice(0, count));
      expect(cut.fault).toBe(
        cut.content || /data:/.test(events.slice(0, count).join('')) ? 'truncated' : 'empty_body',
      );
      expect([cut.closing, cut.terminator]).toEqual(['', null]);
    }
  });

  test('G08 cut inside any event before its finish it never looks complete', () => {
    const bytes = Buffer.from(events.slice(0, incompleteUpTo + 1).join(''));
    const lastEvent = Buffer.byteLength(events[incompleteUpTo]!);
    const looksComplete = offsets(bytes.subarray(0, bytes.length - lastEvent + 6)).filter((cut) => {
      const reading = readChunks(dialect, [bytes.subarray(0, cut)]);
      return reading.fault === null || reading.closing !== '' || reading.terminator !== null;
    });
    expect(looksComplete).toEqual([]);
  });

  test('S03 cut between its finish and its terminator it is complete, and gets what it lacks', () => {
    for (let count = incompleteUpTo + 1; count < events.length; count++) {
      const cut = readChunks(dialect, events.slice(0, count));
      expect([cut.fault, cut.error, cut.closing]).toEqual([null, null, terminator]);
    }
  });

  test('the last blank line may be missing', () => {
    for (const missing of [1, 2]) {
      const reading = readChunks(dialect, [text.slice(0, -missing)]);
      expect(meaning(reading)).toEqual(meaning(whole));
      expect(reading.bytes.toString() + reading.terminator!.trimEnd()).toBe(text.trimEnd());
    }
  });

  test('nothing behind the terminator counts', () => {
    const reading = readChunks(dialect, [text, 'data: {"error":{"message":"late"}}\n\n', text]);
    expect(reading.bytes.equals(whole.bytes)).toBe(true);
    expect(meaning(reading)).toEqual(meaning(whole));
  });

  test('S09 up to three broken events are skipped, the fourth is too many', () => {
    const broken = 'data: {"id":"x","choices":[{"ind\n\n';
    const at = incompleteUpTo;
    const withBroken = (count: number) => [
      ...events.slice(0, at),
      ...Array(count).fill(broken),
      ...events.slice(at),
    ];
    for (const chunks of [withBroken(3), [withBroken(3).join('')]]) {
      const reading = readChunks(dialect, chunks);
      expect(reading.bytes.equals(whole.bytes)).toBe(true);
      expect(meaning(reading)).toEqual(meaning(whole));
    }
    const tooMany = readChunks(dialect, [withBroken(4).join('')]);
    expect([tooMany.fault, tooMany.closing, tooMany.terminator]).toEqual(['malformed_events', '', null]);
    expect(tooMany.bytes.toString()).toBe(events.slice(0, at).join(''));
  });
});
