import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { valueSpans } from '../../src/request/value-spans.ts';
import { canContinue } from '../../src/resume/can-continue.ts';
import { continuationBody } from '../../src/resume/continuation-body.ts';
import type { ContinuationStyle } from '../../src/resume/continuation-style.ts';

const chat = (more: object = {}) => ({ model: 'a', messages: [{ role: 'user', content: 'Hi' }], ...more });

const continued = (request: object | string, style: ContinuationStyle, text = 'So far') => {
  const body = Buffer.from(typeof request === 'string' ? request : JSON.stringify(request));
  return JSON.parse(continuationBody(body, { model: 'b', text, style }).toString());
};

describe('a continuation is asked for', () => {
  test.each<[ContinuationStyle, object]>([
    ['prefill', {}],
    ['prefix', { prefix: true }],
    ['partial', { partial: true }],
    ['continue_final_message', {}],
  ])('by %s with the text as the last message', (style, marks) => {
    expect(continued(chat(), style).messages).toEqual([
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'So far', ...marks },
    ]);
  });

  test('in vLLM’s way', () => {
    expect(continued(chat(), 'continue_final_message')).toMatchObject({
      model: 'b',
      continue_final_message: true,
      add_generation_prompt: false,
    });
  });

  test('by an instruction of the user’s behind the text', () => {
    const { messages } = continued(chat(), 'instruction');
    expect(messages[1]).toEqual({ role: 'assistant', content: 'So far' });
    expect(messages[2]).toMatchObject({
      role: 'user',
      content: expect.stringContaining('exactly where it stops'),
    });
    expect(messages).toHaveLength(3);
  });

  test('as one text with the beginning that the client itself had given', () => {
    const messages = [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Well, ', name: 'bot' },
    ];
    expect(continued({ model: 'a', messages }, 'prefill').messages).toEqual([
      messages[0],
      { role: 'assistant', content: 'Well, So far', name: 'bot' },
    ]);
  });

  test('with what the text took off the limits, by estimate, and never with less than one', () => {
    expect(continued(chat({ max_tokens: 100 }), 'prefill', 'x'.repeat(80)).max_tokens).toBe(80);
    expect(
      continued(chat({ max_completion_tokens: 5 }), 'prefill', 'x'.repeat(80)).max_completion_tokens,
    ).toBe(1);
  });

  test('with every other byte as the client sent it', () => {
    const body = `{ "stop":["\\"]}",","], "seed":12345678901234567890,\n "messages" : [ {"role":"user","content":"a\\u00e9]"} ] ,"mo\\u0064el":"a", "temperature":1.0 }`;
    const told = continuationBody(Buffer.from(body), {
      model: 'b"',
      text: 'é"\n',
      style: 'prefill',
    }).toString();
    expect(told).toBe(
      `{ "stop":["\\"]}",","], "seed":12345678901234567890,\n "messages" : [ {"role":"user","content":"a\\u00e9]"} ,{"role":"assistant","content":"é\\"\\n"}] ,"mo\\u0064el":"b\\"", "temperature":1.0 }`,
    );
  });
});

test('the value of every key is found, whatever it is', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()),
      fc.constantFrom(0, 1, 3),
      (object, indent) => {
        const body = Buffer.from(JSON.stringify(object, null, indent));
        const found = [...valueSpans(body)].map(([key, [start, end]]) => [
          key,
          JSON.parse(body.toString('utf8', start, end)),
        ]);
        expect(found).toEqual(Object.entries(JSON.parse(body.toString())));
      },
    ),
  );
});

describe('nobody goes on with an answer', () => {
  test.each<[string, object]>([
    ['of several', { n: 2 }],
    ['that is spoken', { modalities: ['text', 'audio'], audio: { voice: 'a', format: 'mp3' } }],
    ['that shows an image', { modalities: ['image', 'text'] }],
    ['in a given form', { response_format: { type: 'json_object' } }],
    ['in a form of its own kind', { response_format: { type: 'grammar', grammar: 'x' } }],
    ['in a form for vLLM', { guided_regex: '[0-9]+' }],
    ['with thinking', { thinking: { type: 'enabled', budget_tokens: 2000 } }],
    ['with thinking at will', { thinking: { type: 'adaptive' } }],
    ['begun in parts', { messages: [{ role: 'assistant', content: [{ type: 'text', text: 'a' }] }] }],
  ])('%s', (_, more) => {
    expect(canContinue(Buffer.from(JSON.stringify(chat(more))))).toBe(false);
  });

  test.each<[string, object]>([
    ['plain', {}],
    ['said to be one', { n: 1, modalities: ['text'], response_format: { type: 'text' } }],
    ['without thinking', { thinking: { type: 'disabled' } }],
  ])('unless it is %s', (_, more) => {
    expect(canContinue(Buffer.from(JSON.stringify(chat(more))))).toBe(true);
  });
});
