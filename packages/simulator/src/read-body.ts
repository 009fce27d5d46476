import type { IncomingMessage } from 'node:http';

const NOTHING = Buffer.alloc(0);

/** The whole body; what had arrived if the caller leaves before it is complete. Never rejects. */
export function readBody(req: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const done = () => resolve(chunks.length === 1 ? (chunks[0] ?? NOTHING) : Buffer.concat(chunks));
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.once('end', done);
    req.once('close', done);
  });
}
