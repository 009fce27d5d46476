import type { Behaviour } from '@holdfast/simulator/behaviour';
import { faults } from '@holdfast/simulator/faults/faults';
import fc from 'fast-check';

const named = fc.constantFrom(...Object.keys(faults)).map((fault) => ({ fault }) as Behaviour);

const statuses: fc.Arbitrary<Behaviour> = fc.record(
  {
    status: fc.constantFrom(
      200,
      201,
      204,
      302,
      400,
      401,
      403,
      404,
      408,
      409,
      413,
      418,
      422,
      429,
      451,
      500,
      502,
      503,
      504,
      524,
      529,
    ),
    headers: fc.record(
      {
        'retry-after': fc.constantFrom('0', '1', '3600', 'soon', '-5', 'Wed, 21 Oct 2015 07:28:00 GMT'),
        'content-type': fc.constantFrom(
          'text/html',
          'application/json',
          'text/event-stream',
          'image/png',
          '',
        ),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['status'] },
);

const choice = fc.record(
  {
    index: fc.oneof(fc.integer(), fc.string()),
    message: fc.oneof(
      fc.record(
        {
          role: fc.string(),
          content: fc.oneof(fc.string(), fc.constant(null), fc.array(fc.jsonValue())),
          refusal: fc.jsonValue(),
        },
        { requiredKeys: [] },
      ),
      fc.jsonValue(),
    ),
    finish_reason: fc.constantFrom('stop', 'length', 'content_filter', 'error', 'tool_calls', null, 7),
    error: fc.jsonValue(),
  },
  { requiredKeys: [] },
);

const bodies = fc
  .oneof(
    fc.string(),
    fc.json(),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => ({ base64: Buffer.from(bytes).toString('base64') })),
    fc.record(
      { choices: fc.oneof(fc.array(choice, { maxLength: 3 }), fc.jsonValue()), usage: fc.jsonValue() },
      { requiredKeys: [] },
    ),
  )
  .map((body) => ({ body: body as string }));

const delivery: fc.Arbitrary<Behaviour> = fc.oneof(
  fc.constantFrom<Behaviour>(
    { stall: 'before_headers' },
    { stall: 'after_headers' },
    { stall: 'mid_body' },
    { reset: 'on_accept' },
    { reset: 'before_headers' },
    { reset: 'mid_body' },
    { close: 'on_accept' },
    { close: 'before_headers' },
    { close: 'mid_body' },
    { close: 'after' },
    { encoding: 'gzip' },
    { encoding: 'gzip_truncated' },
    { framing: 'close' },
    { framing: 'chunked' },
    { as: 'sse' },
    { as: 'ndjson' },
    { bom: true },
    { contentLengthDelta: 7 },
    { contentLengthDelta: -7 },
    { toolCall: true },
    { reasoning: 'Let me think.' },
    { padding: { times: 3 } },
  ),
  fc.record({
    as: fc.constant('sse' as const),
    cut: fc.constantFrom<NonNullable<Behaviour['cut']>>(
      'fin',
      'rst',
      'error_event',
      'done_without_finish',
      'eof_without_done',
    ),
  }),
  fc.string({ maxLength: 60 }).map((raw) => ({ raw, close: 'after' as const })),
  fc.record({
    raw: fc.string({ maxLength: 40 }).map((rest) => `HTTP/1.1 200 OK\r\n${rest}`),
    close: fc.constant('after' as const),
  }),
);

/** What an upstream may do: healthy, or any known fault, status, body or way of delivery, alone or one on top of another. */
export const anyBehaviour: fc.Arbitrary<Behaviour> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Behaviour>({}) },
  named,
  statuses,
  bodies,
  delivery,
  fc.tuple(fc.oneof(named, statuses, bodies), delivery).map(([what, how]) => ({ ...what, ...how })),
);
