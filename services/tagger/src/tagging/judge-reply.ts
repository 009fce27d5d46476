import { parseExplicitDelay } from '@holdfast/core/delays/parse-delay';
import { scrubText } from '@holdfast/runtime/scrub';
import { z } from 'zod';
import type { CallOutcome } from './job.ts';
import { readTags } from './read-tags.ts';

/** What the gateway answered. Header names are lower-case. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface JudgeContext {
  readonly text: string;
  /** Takes valid tags in another script too: asked again once, the second answer stands. */
  readonly anyLanguage: boolean;
  readonly nowMs: number;
}

/** Refusals of the request itself, whichever model is asked. */
const PERMANENT: ReadonlySet<number> = new Set([400, 413, 422]);
/** A limit that resets within this is waited for; a longer one is left to the fallback models. */
const MAX_DEFERRAL_MS = 60_000;
/** How long the line rests when the gateway refuses the tagger's key: only an edited configuration helps. */
const REFUSED_KEY_PAUSE_MS = 60_000;

/** Codes whose message the gateway composes itself; any other may echo a provider, hence the post. */
const OWN_CODES: ReadonlySet<string | number> = new Set([
  'all_attempts_failed',
  'no_endpoint_available',
  'deadline_exceeded',
  'rate_limited',
]);
const MAX_REASON = 300;

const chatAnswer = z.object({
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
      }),
    )
    .min(1),
});
const errorAnswer = z.object({
  error: z.object({
    message: z.string().catch(''),
    code: z.union([z.string(), z.number()]).nullish().catch(null),
    param: z.string().nullish().catch(null),
  }),
});

type GatewayError = z.infer<typeof errorAnswer>['error'];

/** Turns a reply into what the job makes of it. Reasons never hold any of the post or of the answer. */
export function judgeReply(reply: Reply, context: JudgeContext): CallOutcome {
  const json = parseJson(reply.body);
  const { data: refused } = errorAnswer.safeParse(json);
  if (reply.status !== 200 || refused) return judgeError(reply, refused?.error ?? null, context.nowMs);
  // The gateway was asked for the honest error; a canned text must not become tags whatever it says.
  if (reply.headers['x-holdfast-fallback'] === 'canned') return failed('the gateway sent a canned answer');

  const { data: answer } = chatAnswer.safeParse(json);
  const choice = answer?.choices[0];
  if (!choice) return failed('the reply is no chat completion');
  if (choice.finish_reason === 'content_filter' || choice.message.refusal) {
    return { kind: 'permanent', reason: 'the model refuses this text' };
  }
  if (!choice.message.content?.trim()) return failed('the answer is empty');

  const finding = readTags(choice.message.content, context.text);
  if (finding.kind === 'malformed') return failed(finding.reason);
  if (finding.kind === 'other_language' && !context.anyLanguage) {
    return failed('the tags are not in the language of the post');
  }
  return { kind: 'tags', tags: finding.tags };
}

/** Whether a refusal is about JSON mode, which not every model has. */
export function refusesJsonMode({ status, body }: Reply): boolean {
  if (status !== 400 && status !== 422) return false;
  const { data } = errorAnswer.safeParse(parseJson(body));
  return (
    data?.error.param === 'response_format' || /response_format|json_object/.test(data?.error.message ?? '')
  );
}

function judgeError(reply: Reply, error: GatewayError | null, nowMs: number): CallOutcome {
  const { status, headers } = reply;
  const reason = reasonOf(status, error);
  // What an error inside a 200 says of itself differs from provider to provider; asking again is right for most.
  if (status === 200) return failed(`error in a ${reason}`);
  const retryAfterMs = parseExplicitDelay(headers, null, nowMs)?.ms ?? null;
  if (status === 401 || status === 403) {
    const refused = `${reason}: the gateway refuses the tagger's key`;
    return { kind: 'not_called', reason: refused, retryAfterMs: REFUSED_KEY_PAUSE_MS };
  }
  if (PERMANENT.has(status)) return { kind: 'permanent', reason };
  const unasked = headers['x-holdfast-attempts'] === '0' && (status === 429 || status === 503);
  if (unasked && status === 429 && retryAfterMs !== null && retryAfterMs <= MAX_DEFERRAL_MS) {
    return { kind: 'not_called', reason, retryAfterMs };
  }
  // Where nothing was asked nothing was retried either, so "do not retry" is about the gateway's endpoints, not the model.
  const shouldRetry = unasked ? undefined : headers['x-should-retry'];
  const sameModel = shouldRetry === 'true' || (shouldRetry !== 'false' && status !== 404);
  return { kind: 'failed', reason, retryAfterMs, sameModel, ...(unasked ? { unasked } : {}) };
}

function reasonOf(status: number, error: GatewayError | null): string {
  const code = error?.code ?? '';
  const word = /^\w{1,60}$/.test(String(code)) ? ` ${code}` : '';
  const message = error && OWN_CODES.has(code) ? `: ${scrubText(error.message).slice(0, MAX_REASON)}` : '';
  return `${status}${word}${message}`;
}

const failed = (reason: string): CallOutcome => ({
  kind: 'failed',
  reason,
  retryAfterMs: null,
  sameModel: true,
});

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
