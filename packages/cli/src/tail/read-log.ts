import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { RequestLine } from '@holdfast/gateway/access-log';
import { UsageError } from '../usage-error.ts';

/** The requests in a gateway's log (JSON lines): a file to its end, or stdin (`-`) as it comes. Other lines are passed over. Throws a UsageError for a file that cannot be read. */
export async function* requestsInLog(path: string): AsyncGenerator<RequestLine> {
  if (path !== '-') {
    await access(path).catch(({ code }) => {
      throw new UsageError(`'${path}' cannot be read (${code})`);
    });
  }
  const input = path === '-' ? process.stdin : createReadStream(path);
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    const line = requestIn(text);
    if (line) yield line;
  }
}

/** Whatever stands before the JSON (a container's name) is cut off. */
function requestIn(text: string): RequestLine | null {
  const start = text.indexOf('{');
  if (start === -1) return null;
  try {
    const line = JSON.parse(text.slice(start));
    return line.msg === 'request' && typeof line.request_id === 'string' && Array.isArray(line.trail)
      ? line
      : null;
  } catch {
    return null;
  }
}
