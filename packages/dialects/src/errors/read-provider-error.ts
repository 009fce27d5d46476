import { proseDelayMs } from '@holdfast/core/delays/prose-delay';
import type { ProviderError } from '@holdfast/core/verdict';
import { isObject, type JsonObject, textOf } from '../json.ts';
import { delayInBody } from './delay-in-body.ts';

const MAX_MESSAGE = 4000;
const MAX_WORD = 200;

/**
 * A provider's error, whatever its shape (FAULTS P31): OpenAI's and Anthropic's `{error: {…}}`, Google's `{error}` or
 * `[{error}]`, a string error (Ollama, Hugging Face), flat ones (Cerebras, vLLM, Mistral, DashScope), problem details
 * (NVIDIA), FastAPI's `detail`, Cloudflare's `errors[]`, MiniMax's `base_resp`. Takes the parsed JSON value; anything else
 * becomes an error without code. Looks at fixed places only, so depth and size do not matter. The message is as the
 * provider wrote it: scrub it before it leaves the process. `status` is a status the body itself names, else null.
 */
export function readProviderError(value: unknown): ProviderError {
  return read(value, true);
}

function read(value: unknown, mayNest: boolean): ProviderError {
  const outer = Array.isArray(value) ? value.find(isObject) : value;
  if (!isObject(outer)) return textError(typeof outer === 'string' ? outer : '');
  const inner = innerError(outer);
  const own: ProviderError = {
    status: statusIn(inner) ?? statusIn(outer),
    type:
      wordIn(inner.type) ??
      (typeof inner.status === 'string' ? wordIn(inner.status) : null) ??
      wordIn(outer.error_type) ??
      wordIn(outer.__type),
    code: codeIn(inner) ?? codeIn(outer),
    param: wordIn(inner.param),
    message: (messageIn(inner) ?? messageIn(outer) ?? '').slice(0, MAX_MESSAGE),
    retryAfterMs: delayInBody(inner) ?? delayInBody(outer),
  };
  const merged = mayNest ? withNested(own, inner) : own;
  return merged.retryAfterMs === null ? { ...merged, retryAfterMs: proseDelayMs(merged.message) } : merged;
}

/** An error that is only a text. */
export function textError(message: string): ProviderError {
  const cut = message.slice(0, MAX_MESSAGE);
  return { status: null, type: null, code: null, param: null, message: cut, retryAfterMs: proseDelayMs(cut) };
}

/** The object that describes the error; `outer` itself where the shape is flat or the error is a string. */
function innerError(outer: JsonObject): JsonObject {
  for (const candidate of [outer.error, first(outer.errors), outer.detail, outer.message, outer.base_resp]) {
    if (isObject(candidate)) return candidate;
  }
  return outer;
}

function first(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : undefined;
}

/** The telling ones first: the `title` of problem details is no more than the reason phrase. */
const MESSAGE_KEYS = [
  'message',
  'error',
  'detail',
  'msg',
  'error_msg',
  'error_message',
  'Message',
  'status_msg',
  'title',
  'description',
];

function messageIn(error: JsonObject): string | null {
  for (const key of MESSAGE_KEYS) {
    const value = error[key];
    const text = textOf(value) ?? (Array.isArray(value) ? listed(value) : null);
    if (text !== null) return text;
  }
  return null;
}

/** FastAPI's `detail: [{loc: ["body","messages"], msg: "field required", type}]`, and lists of strings. */
function listed(items: readonly unknown[]): string | null {
  const texts = items.slice(0, 3).flatMap((item) => {
    if (typeof item === 'string') return [item];
    if (!isObject(item)) return [];
    const where = Array.isArray(item.loc)
      ? item.loc
          .slice(0, 6)
          .filter((part) => typeof part !== 'object')
          .join('.')
      : '';
    const what = textOf(item.msg) ?? textOf(item.message) ?? '';
    return what === '' ? [] : [where === '' ? what : `${where}: ${what}`];
  });
  return texts.length === 0 ? null : texts.join('; ');
}

/** A status named in the body: `status` (NVIDIA), or a `code` that is one (OpenRouter, Google, LiteLLM's `"429"`). */
function statusIn(error: JsonObject): number | null {
  for (const value of [error.status, error.code, error.status_code, error.statusCode, error.error_code]) {
    const number = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value;
    if (typeof number === 'number' && Number.isInteger(number) && number >= 400 && number <= 599)
      return number;
  }
  return null;
}

/** The error's own code, unless that is a status. Google puts the telling ones into `details[]`. */
function codeIn(error: JsonObject): string | null {
  const detailed = codeInDetails(error.details);
  if (detailed !== null) return detailed;
  for (const value of [error.code, error.error_code, error.status_code]) {
    if (typeof value === 'string' && value !== '' && !/^[4-5]\d\d$/.test(value))
      return value.slice(0, MAX_WORD);
    if (typeof value === 'number' && Number.isInteger(value) && value > 599) return String(value);
  }
  const deeper = error.innererror;
  return isObject(deeper) ? wordIn(deeper.code) : null;
}

/**
 * google.rpc.ErrorInfo `reason` (`API_KEY_INVALID`), QuotaFailure `violations[].quotaId` (`GenerateRequestsPerDay…`); Anthropic's
 * `{error_code}`.
 */
function codeInDetails(details: unknown): string | null {
  if (isObject(details)) return wordIn(details.error_code);
  if (!Array.isArray(details)) return null;
  for (const detail of details.slice(0, 10)) {
    if (!isObject(detail)) continue;
    const violations = Array.isArray(detail.violations)
      ? detail.violations.slice(0, 10).filter(isObject)
      : [];
    const quotas = violations.map((violation) => wordIn(violation.quotaId)).filter((id) => id !== null);
    // Several limits may be exceeded at once; the one of the day outlasts the others.
    const found = wordIn(detail.reason) ?? quotas.find((id) => /perday/i.test(id)) ?? quotas[0];
    if (found) return found;
  }
  return null;
}

function wordIn(value: unknown): string | null {
  return textOf(value)?.slice(0, MAX_WORD) ?? null;
}

/** What routers write when the real error is the one they wrap. */
const SAYS_NOTHING =
  /^(?:provider returned error|upstream error|bad gateway|internal server error|error)?\.?$/i;

/** OpenRouter's `metadata.raw`: the wrapped provider's body, as JSON in a string or as plain text. The outer status stays. */
function withNested(own: ProviderError, inner: JsonObject): ProviderError {
  const raw = isObject(inner.metadata) ? inner.metadata.raw : undefined;
  const value = typeof raw === 'string' ? (parseMaybe(raw) ?? raw) : raw;
  if (value === undefined || value === null) return own;
  const nested = typeof value === 'string' ? textError(value) : read(value, false);
  return {
    status: own.status ?? nested.status,
    type: own.type ?? nested.type,
    code: own.code ?? nested.code,
    param: own.param ?? nested.param,
    message: SAYS_NOTHING.test(own.message.trim()) && nested.message !== '' ? nested.message : own.message,
    retryAfterMs: own.retryAfterMs ?? nested.retryAfterMs,
  };
}

const MAX_RAW = 64 * 1024;

function parseMaybe(text: string): unknown {
  if (text.length > MAX_RAW || !/^\s*[[{]/.test(text.slice(0, 200))) return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
