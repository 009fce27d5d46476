import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dialects } from '../../../src/dialects.ts';
import { translate } from '../../../src/translate/translate.ts';
import { anthropicSdk, openaiSdk } from '../../support/sdk-clients.ts';
import { spokenAnswer } from './arbitrary-answer.ts';
import { type Heard, hear, heardIn } from './heard.ts';
import { spokenChat, spokenMessages } from './spoken-streams.ts';

const SPOKEN = { 'openai-chat': spokenChat, 'anthropic-messages': spokenMessages };
const messages = [{ role: 'user', content: 'hello' }];
const usage = { stream_options: { include_usage: true } };
const clients = {
  'openai-chat': {
    request: { model: 'm', messages, stream: true, ...usage },
    sdk: openaiSdk.chatStream,
  },
  'openai-completions': {
    request: { model: 'm', prompt: 'hello', stream: true, ...usage },
    sdk: null, // has no collector
  },
  'openai-responses': {
    request: { model: 'm', input: 'hello', stream: true },
    sdk: openaiSdk.responseStream,
  },
  'anthropic-messages': {
    request: { model: 'm', max_tokens: 9, messages, stream: true },
    sdk: anthropicSdk.messageStream,
  },
};

/** A whole chat completion does not tell in which order texts and refusals were said. */
const unordered = (heard: Heard) => ({ ...heard, text: [...heard.text].toSorted().join('') });

const pairs = (
  [
    ['openai-chat', 'anthropic-messages'],
    ['openai-completions', 'openai-chat'],
    ['openai-completions', 'anthropic-messages'],
    ['openai-responses', 'openai-chat'],
    ['openai-responses', 'anthropic-messages'],
    ['anthropic-messages', 'openai-chat'],
  ] as const
).map(([from, to]) => ({ from, to, ...clients[from] }));

describe.each(pairs)('an answer of $to told to a client of $from', ({ from, to, request, sdk }) => {
  const open = () => {
    const target = { model: 'm', maxOutput: 100, askedAt: 1_800_000_000, streamUsage: true };
    const translated = translate(from, to, Buffer.from(JSON.stringify(request)), target);
    if (translated.kind !== 'translated') throw new Error(translated.message);
    return translated.translation;
  };
  const streamed = (events: readonly string[]): Buffer => {
    const reader = open().openStream();
    const step = reader.push(Buffer.from(events.join('')));
    return Buffer.concat([step.bytes!, reader.closing(), step.terminator!]);
  };

  test('means the same whole and streamed', () => {
    fc.assert(
      fc.property(spokenAnswer, (answer) => {
        const events = SPOKEN[to](answer);
        const whole = open().answer(dialects[to].streamToAnswer(Buffer.from(events.join('')))!);
        expect(unordered(heardIn(from, streamed(events))!)).toEqual(
          unordered(hear(from, JSON.parse(whole.toString()))),
        );
      }),
    );
  });

  if (sdk === null) return;
  test('is read by the official SDK as it is collected here', async () => {
    await fc.assert(
      fc.asyncProperty(spokenAnswer, async (answer) => {
        const body = streamed(SPOKEN[to](answer));
        const collected = heardIn(from, body)!;
        const seen = hear(from, (await sdk(body)) as never);
        // Of fields that OpenAI does not know its SDK keeps the last piece.
        const { reasoning, signatures, ...rest } = seen;
        expect(from === 'openai-chat' ? rest : seen).toEqual(
          from === 'openai-chat' ? { ...collected, reasoning: undefined, signatures: undefined } : collected,
        );
      }),
      { numRuns: 20 },
    );
  });
});
