import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { DialectName } from '../../src/dialect.ts';
import { dialects } from '../../src/dialects.ts';
import type { Translation } from '../../src/translate/translation.ts';
import { translated } from './translated.ts';

/** The project's own recordings: what providers answered, and what it must be taken for. */
const RECORDINGS = new URL('../../../../e2e/payloads/', import.meta.url);
interface Entry {
  readonly file: string;
  readonly provider: string;
  readonly expect: string;
}
const read = (file: string) => readFileSync(new URL(file, RECORDINGS), 'latin1');
const good = (JSON.parse(read('index.json')) as readonly Entry[])
  .filter(({ expect }) => /^(?:success|content_filtered)/.test(expect))
  .map(({ file, provider }) => {
    const recorded = read(file);
    const { index, 0: gap } = /\r?\n\r?\n/.exec(recorded)!;
    const body = Buffer.from(recorded.slice(index + gap.length), 'latin1');
    return { name: file, provider, body, stream: /event-stream/.test(recorded.slice(0, index)) };
  });
const requests = {
  'openai-chat': { model: 'm', messages: [{ role: 'user', content: 'Hi' }] },
  'anthropic-messages': { model: 'm', max_tokens: 10, messages: [{ role: 'user', content: 'Hi' }] },
  'openai-responses': { model: 'm', input: 'Hi' },
  'openai-completions': { model: 'm', prompt: 'Hi' },
} as const satisfies { [from in DialectName]?: object };

const pairs = good.flatMap((payload) => {
  const endpoint: DialectName = payload.provider === 'anthropic' ? 'anthropic-messages' : 'openai-chat';
  return (
    (Object.keys(requests) as (keyof typeof requests)[])
      .filter((client) => client !== endpoint)
      // Nobody can ask for tools there.
      .filter((client) => client !== 'openai-completions' || !payload.name.includes('tools'))
      .map((client) => ({ ...payload, endpoint, client }))
  );
});
const whole = pairs.filter(({ stream }) => !stream);
const streamed = pairs.filter(({ stream }) => stream);

function translation(client: keyof typeof requests, endpoint: DialectName, stream: boolean): Translation {
  return translated(client, endpoint, { ...requests[client], stream });
}

/** What matters of a judgement, in words that all dialects share. Messages cannot say that nothing was counted. */
function judged(dialect: DialectName, body: Buffer) {
  const finding = dialects[dialect].readAnswer(body, 'application/json');
  if (finding.kind !== 'ok') return finding;
  const { kind, model, usage, filtered } = finding;
  return { kind, model, filtered, usage: usage ?? { inputTokens: 0, outputTokens: 0 } };
}

describe('a recorded answer', () => {
  test('there are some of both kinds', () => {
    expect(whole.length).toBeGreaterThan(9);
    expect(streamed.length).toBeGreaterThan(9);
  });

  test.each(whole)('$name is as good told in $client', ({ body, endpoint, client }) => {
    const told = translation(client, endpoint, false).answer(body);
    expect(judged(client, told)).toEqual(judged(endpoint, body));
  });

  test.each(streamed)('$name is as good streamed in $client', ({ body, endpoint, client }) => {
    const reader = translation(client, endpoint, true).openStream();
    const steps = [reader.push(body), reader.end()];
    expect(steps.map(({ error, fault }) => error ?? fault)).toEqual([null, null]);
    const bytes = Buffer.concat([
      ...steps.flatMap((step) => step.bytes ?? []),
      reader.closing(),
      ...steps.flatMap((step) => step.terminator ?? []),
    ]);
    const reread = dialects[client].openStream();
    const again = [reread.push(bytes), reread.end()];
    expect(again.map(({ error, fault }) => error ?? fault)).toEqual([null, null]);
    expect(reread.model).toBe(reader.model);
    expect(reread.finishSeen).toBe(true);
  });

  test.each(streamed)('$name, collected, is as good told in $client', ({ body, endpoint, client }) => {
    const collected = dialects[endpoint].streamToAnswer(body);
    if (collected === null) throw new Error('no answer');
    const told = translation(client, endpoint, false).answer(collected);
    expect(judged(client, told)).toEqual(judged(endpoint, collected));
  });
});
