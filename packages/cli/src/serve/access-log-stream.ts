import type { RequestLine } from '@holdfast/gateway/access-log';
import { createLineWriter, type LineWriter } from '@holdfast/runtime/line-writer';
import { printedRequest } from '../tail/print-request.ts';

/** Request lines: as JSON, written in batches; on a terminal as `tail` prints them, unless JSON is asked for. */
export function accessLogStream(json: boolean): LineWriter {
  if (process.stdout.isTTY && !json)
    return {
      write: (line) => console.log(printedRequest(JSON.parse(line) as RequestLine, Date.now())),
      close() {},
    };
  const writer = createLineWriter({ fd: 1 });
  process.once('exit', () => writer.close());
  return writer;
}
