import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A provider's answer as it was on the wire, and what it must be taken for. */
export interface Payload {
  readonly name: string;
  readonly protocol: 'openai' | 'anthropic';
  /** Whether it answers a request for a stream. */
  readonly stream: boolean;
  /** The word of the index, without its remarks. */
  readonly expect: string;
  /** The whole response, framed by its length. */
  readonly bytes: Buffer;
  readonly body: Buffer;
}

interface IndexEntry {
  readonly file: string;
  readonly provider: string;
  readonly expect: string;
}

/** Reads `index.json` and the files it names; none where the folder does not exist. */
export function loadPayloads(directory: string): Payload[] {
  const indexPath = path.join(directory, 'index.json');
  if (!existsSync(indexPath)) return [];
  const index = JSON.parse(readFileSync(indexPath, 'utf8')) as readonly IndexEntry[];
  return index.map(({ file, provider, expect }) => {
    const content = readFileSync(path.join(directory, file));
    const split = /\r?\n\r?\n/.exec(content.toString('latin1'))!;
    const head = content.subarray(0, split.index).toString('latin1').split(/\r?\n/);
    const body = content.subarray(split.index + split[0].length);
    // How the recording was framed is the recorder's business.
    const kept = head.filter(
      (line) => !/^(?:content-length|transfer-encoding|content-encoding|connection):/i.test(line),
    );
    const framed = [...kept, `content-length: ${body.length}`, '', ''].join('\r\n');
    return {
      name: file.replace(/\.http$/, ''),
      protocol: provider === 'anthropic' ? 'anthropic' : 'openai',
      stream: head.some((line) => /^content-type:.*(?:event-stream|ndjson)/i.test(line)),
      expect: /^\w+/.exec(expect)![0],
      bytes: Buffer.concat([Buffer.from(framed, 'latin1'), body]),
      body,
    };
  });
}
