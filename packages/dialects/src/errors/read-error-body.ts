import type { Observation, ProviderError } from '@holdfast/core/verdict';
import { readHtml } from './html-text.ts';
import { readProviderError, textError } from './read-provider-error.ts';

export interface ErrorBody {
  readonly error: ProviderError;
  readonly body: Extract<Observation, { kind: 'refused' }>['body'];
}

/** More is no error message; the rest is not read. */
export const MAX_ERROR_BYTES = 256 * 1024;

/**
 * The body of a status that is no 2xx, of any kind: JSON in any shape (see `readProviderError`), an event stream with an
 * error event, HTML (its title), plain text such as Cloudflare's `error code: 502`, nothing. Never throws.
 */
export function readErrorBody(bytes: Uint8Array): ErrorBody {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, MAX_ERROR_BYTES))
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trim();
  if (text === '') return { error: textError(''), body: 'empty' };
  if (text.startsWith('<')) return { error: textError(readHtml(text)), body: 'html' };
  const value = parse(text) ?? parse(firstData(text));
  if (value !== undefined) return { error: readProviderError(value), body: 'json' };
  return { error: textError(text), body: 'text' };
}

function parse(text: string): unknown {
  if (!/^[[{"]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The first `data:` line of an event stream; empty when it is none. */
function firstData(text: string): string {
  const start = /^(?:event|data|id|:)/.test(text) ? text.search(/^data:/m) : -1;
  if (start === -1) return '';
  const end = text.indexOf('\n', start);
  return text.slice(start + 'data:'.length, end === -1 ? undefined : end).trim();
}
