import type { BodyFault } from '@holdfast/core/verdict';

export type ParsedAnswer = { readonly value: unknown } | { readonly fault: BodyFault };

/**
 * A whole 2xx body as JSON. Leading whitespace is legal JSON and costs nothing (OpenRouter pads while it
 * waits). What does not parse is told apart by its first character: a web page, a document cut short, or something else.
 */
export function parseAnswer(body: Buffer): ParsedAnswer {
  const text = body.toString('utf8');
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return diagnose(text);
  }
}

function diagnose(text: string): ParsedAnswer {
  const trimmed = text.replace(/^\uFEFF/, '').trim();
  if (trimmed === '') return { fault: 'empty_body' };
  if (trimmed.startsWith('<')) return { fault: 'html' };
  if (!trimmed.startsWith('{') && !trimmed.startsWith('[')) return { fault: 'not_json' };
  return lastLine(trimmed) ?? { fault: 'truncated' };
}

/** NDJSON (Ollama): the last line has the outcome. Also a document behind a byte order mark, which is its own last line. */
function lastLine(text: string): ParsedAnswer | null {
  const line = text.slice(text.lastIndexOf('\n') + 1);
  if (!line.startsWith('{')) return null;
  try {
    return { value: JSON.parse(line) as unknown };
  } catch {
    return null;
  }
}
