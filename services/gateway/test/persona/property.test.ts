import { steadyNow } from '@holdfast/runtime/clock';
import type { Behaviour } from '@holdfast/simulator/behaviour';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { startGateway } from '../start-gateway.ts';
import { anyBehaviour } from './arbitrary-behaviour.ts';
import { companion, hear, MIKU, type PersonaAnswer } from './ask-persona.ts';

const RUNS = Number(process.env.HOLDFAST_PERSONA_RUNS ?? 300);
const SHOW_FIGURES = process.env.HOLDFAST_PERSONA_RUNS !== undefined;
const HOUR_MS = 3_600_000;

const words = fc.oneof(
  fc.constantFrom('Hi', 'Привет', 'こんにちは', '你好', '', ' ', '😀', 'x'.repeat(30_000)),
  fc.string({ unit: 'binary' }),
);
const message = fc.record(
  {
    message: fc.oneof({ weight: 5, arbitrary: words }, fc.jsonValue()),
    personality: fc.oneof(fc.constantFrom('tsundere', 'Цундере', 'ツンデレ', 'nobody'), fc.jsonValue()),
    flirt_enabled: fc.oneof(fc.boolean(), fc.jsonValue()),
    nsfw_enabled: fc.oneof(fc.boolean(), fc.jsonValue()),
    history: fc.oneof(
      fc.array(
        fc.record({
          role: fc.constantFrom('user', 'assistant', 'system', 'x'),
          content: fc.oneof(words, fc.jsonValue()),
        }),
      ),
      fc.jsonValue(),
    ),
  },
  { requiredKeys: [] },
);
const anyBody: fc.Arbitrary<string | Uint8Array<ArrayBuffer>> = fc.oneof(
  {
    weight: 40,
    arbitrary: fc
      .record({ message: words.filter((text) => /\S/.test(text)) })
      .map((body) => JSON.stringify(body)),
  },
  { weight: 8, arbitrary: message.map((body) => JSON.stringify(body)) },
  { weight: 2, arbitrary: fc.json() },
  { weight: 1, arbitrary: fc.string() },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 3000 }).map((bytes) => new Uint8Array(bytes)) },
  { weight: 1, arbitrary: message.map((body) => JSON.stringify(body).slice(0, -1)) },
);
const anyHeaders = fc.record(
  {
    'content-type': fc.oneof(
      { weight: 30, arbitrary: fc.constant('application/json') },
      fc.constantFrom('application/json; charset=utf-8', 'text/plain', 'application/json; charset=utf-7', ''),
    ),
    'x-holdfast-timeout': fc.constantFrom('40ms', '1', '2s', '500ms', 'soon'),
    'x-holdfast-cache': fc.constantFrom('bypass', 'x'),
    'x-request-id': fc.constantFrom('mine', 'not well formed', 'x'.repeat(300)),
  },
  { requiredKeys: ['content-type'] },
);

test(`${RUNS} requests with random faults, bodies and headers: each time 200 and valid JSON of the right shape`, async () => {
  await using simulator = await startSimulator({ maxRecords: 0 });
  let skewMs = 0;
  await using gateway = await startGateway(
    companion(simulator, {
      server: { max_body: '20kb' },
      timeouts: { connect: '40ms', first_content: '40ms' },
      cache: { enabled: true, stale_if_error: '1h' },
    }),
    { now: () => steadyNow() + skewMs },
  );
  const heard: PersonaAnswer[] = [];
  const once = async (
    behaviours: Behaviour[],
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string>,
  ) => {
    // What an earlier fault has benched is back: this one is to be met as well.
    skewMs += HOUR_MS;
    simulator.behave('primary', behaviours);
    const response = await fetch(gateway.url + MIKU, { method: 'POST', headers, body });
    heard.push((await hear(response)).answer);
  };
  await fc.assert(
    fc.asyncProperty(fc.array(anyBehaviour, { minLength: 1, maxLength: 3 }), anyBody, anyHeaders, once),
    { numRuns: RUNS },
  );
  const answered = heard.filter(({ fallback }) => !fallback).length;
  const refused = heard.filter(({ error }) => error !== undefined).length;
  const asked = simulator.counts().primary?.requests ?? 0;
  expect(heard.length).toBeGreaterThanOrEqual(RUNS);
  // All three kinds of ends were met, or the property shows nothing.
  expect(Math.min(answered, refused, heard.length - answered - refused)).toBeGreaterThan(RUNS / 20);
  expect(gateway.lines().filter(({ level }) => Number(level) >= 50)).toEqual([]);
  if (SHOW_FIGURES)
    process.stdout.write(
      `${JSON.stringify({ runs: heard.length, answered, refused, upstreamCalls: asked })}\n`,
    );
}, 3_600_000);
