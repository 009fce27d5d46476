import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { frameEvents, maxEventBytes } from '../src/sse/frame-events.ts';
import { chunked } from './support/chunks.ts';

interface Framed {
  readonly name: string | null;
  readonly data: string | null;
}

function frame(chunks: readonly Uint8Array[]): { events: Framed[]; bytes: Buffer; rest: Framed | null } {
  const framer = frameEvents();
  const events: Framed[] = [];
  const bytes: Buffer[] = [];
  for (const chunk of chunks) {
    framer.push(chunk);
    while (framer.next()) {
      events.push({ name: framer.name, data: framer.data });
      bytes.push(Buffer.from(framer.bytes.subarray(framer.start, framer.end)));
    }
  }
  const rest = framer.last() ? { name: framer.name, data: framer.data } : null;
  if (rest !== null) bytes.push(Buffer.from(framer.bytes.subarray(framer.start, framer.end)));
  return { events, bytes: Buffer.concat(bytes), rest };
}

const framed = (text: string) => frame([Buffer.from(text)]).events;

describe('WHATWG rules', () => {
  test.each([
    ['LF', 'data: a\n\ndata: b\n\n'],
    ['CRLF', 'data: a\r\n\r\ndata: b\r\n\r\n'],
    ['lone CR', 'data: a\r\rdata: b\r\r'],
    ['all three mixed', 'data: a\r\n\rdata: b\n\r\n'],
    ['a BOM at the start', '\ufeffdata: a\n\ndata: b\n\n'],
    ['no space behind the colon', 'data:a\n\ndata:b\n\n'],
    ['id and retry, ignored', 'id: 1\nretry: 9\ndata: a\n\nid\ndata: b\n\n'],
    ['comments between the lines', ': hi\ndata: a\n:\n\ndata: b\n\n'],
  ])('%s', (_, text) => {
    expect(framed(text)).toEqual([
      { name: null, data: 'a' },
      { name: null, data: 'b' },
    ]);
  });

  test('several data lines are joined by LF, an empty one counts', () => {
    expect(framed('data: a\ndata\ndata:\ndata:  b\n\n')).toEqual([{ name: null, data: 'a\n\n\n b' }]);
  });

  test('the event field names the event, the last one wins', () => {
    expect(framed('event: x\nevent:error\ndata: {}\n\n')).toEqual([{ name: 'error', data: '{}' }]);
  });

  test('comments and blank lines alone are events without data', () => {
    expect(framed(': ping\n\n\n')).toEqual([
      { name: null, data: null },
      { name: null, data: null },
    ]);
  });

  test('U+2028, U+2029, U+0085 and form feed end no line', () => {
    expect(framed('data: a\u2028b\u2029c\u0085d\fe\n\n')).toEqual([
      { name: null, data: 'a\u2028b\u2029c\u0085d\fe' },
    ]);
  });

  test('a line that only begins like a field is foreign', () => {
    const framer = frameEvents();
    framer.push(Buffer.from('dataset: 1\n\ndata: 1\n\n'));
    expect([framer.next(), framer.foreign, framer.data]).toEqual([true, true, null]);
    expect([framer.next(), framer.foreign, framer.data]).toEqual([true, false, '1']);
  });

  test('an event closed by a lone CR comes out at once, and the LF that follows closes nothing', () => {
    const framer = frameEvents();
    framer.push(Buffer.from('data: a\r\n\r'));
    expect([framer.next(), framer.data, framer.next()]).toEqual([true, 'a', false]);
    framer.push(Buffer.from('\ndata: b\r\n\r\n'));
    expect([framer.next(), framer.data, framer.next()]).toEqual([true, 'b', false]);
  });

  test('what has no blank line yet is no event, and is handed over at the end', () => {
    const { events, rest } = frame([Buffer.from('data: a\n\nevent: e\ndata: b')]);
    expect(events).toEqual([{ name: null, data: 'a' }]);
    expect(rest).toEqual({ name: 'e', data: 'b' });
  });
});

const sample =
  '\ufeff: hello\n\nevent: message_start\ndata: {"a":"grüß 😀 \u2028"}\n\nid: 7\ndata: one\ndata: two\n\n\nevent: ping\n\ndata:[DONE]\n\n';
const lineEnds = { LF: '\n', CRLF: '\r\n', CR: '\r' };

describe.each(Object.entries(lineEnds))('G07 with %s', (_, lineEnd) => {
  const bytes = Buffer.from(sample.replaceAll('\n', lineEnd));
  const whole = framed(sample);

  test('cut in two at every byte offset, the events and the bytes stay the same', () => {
    for (let cut = 0; cut <= bytes.length; cut++) {
      const result = frame([bytes.subarray(0, cut), bytes.subarray(cut)]);
      expect(result.events).toEqual(whole);
      expect(result.bytes.equals(bytes)).toBe(true);
    }
  });

  test('byte by byte, the events and the bytes stay the same', () => {
    const result = frame(chunked(bytes, [1]));
    expect(result.events).toEqual(whole);
    expect(result.bytes.toString()).toBe(bytes.toString());
    expect(JSON.stringify(result.events)).not.toContain('\ufffd');
  });
});

test('any text in any chunks gives the events of the whole, and all bytes are accounted for', () => {
  const piece = fc.constantFrom(
    '\r',
    '\n',
    '\r\n',
    'data',
    ':',
    ' ',
    'event',
    'id',
    'é',
    '😀',
    '\ufeff',
    'x',
    '[DONE]',
    '{}',
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 60 }),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      (pieces, sizes) => {
        const bytes = Buffer.from(pieces.join(''));
        const whole = frame([bytes]);
        const cut = frame(chunked(bytes, sizes));
        expect(cut.events).toEqual(whole.events);
        expect(cut.bytes.equals(bytes)).toBe(true);
      },
    ),
    { numRuns: 500 },
  );
});

describe('bounds', () => {
  test('an event is taken up to the cap and reported above it', () => {
    const framer = frameEvents();
    framer.push(Buffer.from('data: '));
    const megabyte = Buffer.alloc(1024 * 1024, 'x');
    for (let i = 0; i < 7; i++) {
      framer.push(megabyte);
      expect([framer.next(), framer.overflow]).toEqual([false, false]);
    }
    framer.push(megabyte);
    expect([framer.next(), framer.overflow]).toEqual([false, true]);
    expect(maxEventBytes).toBe(8 * 1024 * 1024);
  });

  test('a 4 MiB line in 100-byte chunks is put together without copying it again and again', () => {
    const framer = frameEvents();
    const chunk = Buffer.alloc(100, 'y');
    let copied = 0;
    const copy = Buffer.prototype.copy;
    Buffer.prototype.copy = function (this: Buffer, ...args: Parameters<typeof copy>) {
      const count = copy.apply(this, args);
      copied += count;
      return count;
    };
    try {
      framer.push(Buffer.from('data:'));
      for (let i = 0; i < 41_943; i++) {
        framer.push(chunk);
        framer.next();
      }
      framer.push(Buffer.from('\n\n'));
    } finally {
      Buffer.prototype.copy = copy;
    }
    expect([framer.next(), framer.data?.length]).toEqual([true, 4_194_300]);
    expect(copied).toBeLessThan(4 * 4_194_300);
  });

  test('bytes already handed out stay as they are while more arrive', () => {
    const framer = frameEvents();
    const text = Array.from({ length: 50 }, (_, i) => `data: event ${i}\n\n`).join('');
    const slices: Buffer[] = [];
    for (const chunk of chunked(Buffer.from(text), [7, 30, 3])) {
      framer.push(chunk);
      while (framer.next()) slices.push(framer.bytes.subarray(framer.start, framer.end));
    }
    expect(Buffer.concat(slices).toString()).toBe(text);
  });
});
