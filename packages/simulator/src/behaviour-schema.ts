import { z } from 'zod';
import type { Answer, Behaviour, FaultName, Match, RateLimits } from './behaviour.ts';
import { faults } from './faults/faults.ts';

/** A schema for every field: a field that is added to the type does not compile until it is checked here. */
type FieldsOf<T> = Record<keyof T, z.ZodType>;

const milliseconds = z.number().min(0);
const bytes = z.int().min(1);
const count = z.int().min(0);
const text = z.string();
const record = z.record(z.string(), z.unknown());
const body = z.union([text, record, z.array(z.unknown())]);

const matchFields = {
  model: text.optional(),
  token: text.optional(),
  path: text.optional(),
  stream: z.boolean().optional(),
} satisfies FieldsOf<Match>;

const rateFields = {
  perMinute: count.optional(),
  perDay: count.optional(),
  concurrency: count.optional(),
  style: z.enum(['openai', 'anthropic', 'github', 'openrouter']).optional(),
  accounts: z.record(z.string(), text).optional(),
  perModel: z.boolean().optional(),
  minuteMs: milliseconds.optional(),
  dayMs: milliseconds.optional(),
} satisfies FieldsOf<RateLimits>;

const answerFields = {
  fault: z.enum(Object.keys(faults) as [FaultName, ...FaultName[]]).optional(),
  rate: z.strictObject(rateFields).optional(),
  status: z.int().min(200).max(599).optional(),
  headers: z.record(z.string(), z.union([text, z.array(text)])).optional(),
  body: body.optional(),
  raw: body.optional(),
  text: text.optional(),
  textLength: count.optional(),
  reasoning: text.optional(),
  toolCall: z.union([z.boolean(), z.strictObject({ name: text, arguments: record.optional() })]).optional(),
  finishReason: text.optional(),
  usage: z.boolean().optional(),
  models: z.array(text).optional(),
  as: z.enum(['json', 'sse', 'ndjson']).optional(),
  events: z.array(z.union([text, record])).optional(),
  eventCount: z.int().min(1).optional(),
  eventBytes: bytes.optional(),
  chunkDelayMs: milliseconds.optional(),
  pings: z
    .strictObject({ before: count.optional(), every: count.optional(), comment: text.optional() })
    .optional(),
  cutAfterEvents: count.optional(),
  cut: z
    .enum([
      'fin',
      'rst',
      'stall',
      'error_event',
      'error_event_then_done',
      'error_in_choice',
      'done_without_finish',
      'eof_without_done',
      'finish_without_done',
      'finish_then_fin',
      'finish_then_rst',
    ])
    .optional(),
  lineEnd: z.enum(['lf', 'crlf', 'cr']).optional(),
  bom: z.boolean().optional(),
  latencyMs: z.union([milliseconds, z.tuple([milliseconds, milliseconds])]).optional(),
  firstByteMs: milliseconds.optional(),
  drip: z.strictObject({ bytes, everyMs: milliseconds }).optional(),
  splitAt: z.union([z.array(count), z.strictObject({ every: bytes })]).optional(),
  padding: z.strictObject({ times: count, everyMs: milliseconds.optional() }).optional(),
  framing: z.enum(['content-length', 'chunked', 'close']).optional(),
  contentLengthDelta: z.int().optional(),
  endless: z.boolean().optional(),
  encoding: z.enum(['gzip', 'br', 'gzip_truncated']).optional(),
  stall: z.enum(['before_headers', 'after_headers', 'mid_body']).optional(),
  reset: z.enum(['on_accept', 'before_headers', 'mid_body']).optional(),
  close: z.enum(['on_accept', 'before_headers', 'mid_body', 'after', 'after_keep_alive', 'never']).optional(),
} satisfies FieldsOf<Answer>;

const answerSchema = z.strictObject(answerFields);

export const behaviourSchema = z.strictObject({
  ...answerFields,
  times: z.int().min(1).optional(),
  match: z.strictObject(matchFields).optional(),
  probability: z.number().min(0).max(1).optional(),
  oneOf: z.array(answerSchema).min(1).optional(),
  tokens: z.record(z.string(), answerSchema).optional(),
} satisfies FieldsOf<Behaviour>);
