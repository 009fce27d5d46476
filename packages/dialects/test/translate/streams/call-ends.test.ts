import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { PartEvent } from '../../../src/translate/conversation.ts';
import { endCalls } from '../../../src/translate/streams/call-ends.ts';
import { inSequence } from '../../../src/translate/streams/in-sequence.ts';
import { jsonEnd } from '../../../src/translate/streams/json-end.ts';

const json = fc
  .oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()), fc.string())
  .map((value) => JSON.stringify(value));

test('JSON is whole at its last byte, and not before', () => {
  fc.assert(
    fc.property(json, (text) => {
      const isWhole = jsonEnd();
      const ends = [...text].map((char) => isWhole(char));
      expect(ends).toEqual([...ends.slice(1).map(() => false), true]);
    }),
  );
});

test('calls whose pieces come in any order are told one after the other, each whole and ended once', () => {
  fc.assert(
    fc.property(
      fc.array(json, { maxLength: 5 }),
      fc.array(fc.nat(9)),
      fc.integer({ min: 1, max: 9 }),
      (inputs, order, size) => {
        const events: PartEvent[] = [];
        const { put, close } = inSequence((event) => events.push(event));
        const say = endCalls(put);
        let left = inputs.map((input, index) => ({ index, input }));
        for (const { index } of left) say({ kind: 'tool_call', index, id: `${index}`, name: 'x' });
        for (let turn = 0; left.length > 0; turn++) {
          const call = left[(order[turn % Math.max(1, order.length)] ?? 0) % left.length]!;
          say({ kind: 'tool_input', index: call.index, json: call.input.slice(0, size) });
          call.input = call.input.slice(size);
          left = left.filter(({ input }) => input !== '');
        }
        close();
        const told = inputs.map((_, index) => events.filter((event) => event.index === index));
        expect(events.filter(({ index }) => index < inputs.length)).toEqual(told.flat());
        for (const [index, part] of told.entries()) {
          expect(part.map((event) => (event.kind === 'tool_input' ? event.json : '')).join('')).toBe(
            inputs[index],
          );
          expect(part.filter(({ kind }) => kind === 'part_end')).toEqual([part.at(-1)]);
        }
      },
    ),
  );
});

test('what comes behind the end of a part is dropped', () => {
  const events: PartEvent[] = [];
  const { put } = inSequence((event) => events.push(event));
  put({ kind: 'text', index: 0, text: 'a' });
  put({ kind: 'part_end', index: 0 });
  put({ kind: 'text', index: 0, text: 'late' });
  put({ kind: 'text', index: 2, text: 'c' });
  put({ kind: 'part_end', index: 2 });
  put({ kind: 'text', index: 2, text: 'late' });
  put({ kind: 'text', index: 1, text: 'b' });
  put({ kind: 'part_end', index: 1 });
  expect(events.flatMap((event) => (event.kind === 'text' ? [event.text] : []))).toEqual(['a', 'b', 'c']);
});
