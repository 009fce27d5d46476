import type { ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { Reply, Step } from './reply.ts';

/** What became of an exchange, for the record. */
export interface ReplyObserver {
  answered(status: number): void;
  /** From here on the end of the connection is the simulator's doing, not the caller's. */
  cutting(): void;
}

/** Plays the steps until the reply is complete, broken off, or the caller is gone. Rejects only if a step cannot be sent. */
export async function playReply(reply: Reply, res: ServerResponse, observer: ReplyObserver): Promise<void> {
  for (const step of reply) {
    if (res.closed || res.destroyed) return;
    const pending = playStep(step, res, observer);
    if (pending) await pending;
  }
}

/** A promise only where there is something to wait for: most replies are two steps and done at once. */
function playStep(step: Step, res: ServerResponse, observer: ReplyObserver): Promise<unknown> | undefined {
  switch (step.do) {
    case 'wait':
      return step.ms > 0 ? pause(step.ms, res) : setImmediate();
    case 'head':
      if (step.untilClose) res.useChunkedEncodingByDefault = false;
      res.writeHead(step.status, step.headers);
      observer.answered(step.status);
      if (step.flush) res.flushHeaders();
      return;
    case 'write':
      return res.write(step.bytes) ? undefined : drained(res);
    case 'repeat':
      return repeat(step.pieces, res);
    case 'raw':
      observer.cutting();
      return written(res, step.bytes);
    case 'end':
      res.end(step.bytes);
      return;
    case 'end_then_fin': {
      const { socket } = res;
      res.end(() => socket?.end());
      return;
    }
    case 'fin':
      observer.cutting();
      return fin(res);
    case 'rst':
      observer.cutting();
      return rst(res);
    case 'stall':
      if (res.headersSent) res.flushHeaders(); // the head may still wait for a body
      return gone(res);
  }
}

function pause(ms: number, res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const over = () => {
      clearTimeout(timer);
      res.off('close', over);
      resolve();
    };
    const timer = setTimeout(over, ms);
    res.once('close', over);
  });
}

function gone(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (res.closed || res.destroyed) return resolve();
    res.once('close', resolve);
  });
}

function drained(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const over = () => {
      res.off('drain', over);
      res.off('close', over);
      resolve();
    };
    res.once('drain', over);
    res.once('close', over);
  });
}

async function repeat(pieces: readonly Buffer[], res: ServerResponse): Promise<void> {
  for (;;) {
    for (const bytes of pieces) {
      if (res.closed || res.destroyed) return;
      if (!res.write(bytes)) await drained(res);
    }
    await setImmediate(); // an endless body must not keep the other exchanges from their turn
  }
}

/** Everything written so far, and these bytes, are with the kernel. */
async function written(res: ServerResponse, bytes: Buffer | string = ''): Promise<void> {
  // A head without a body is still with the response; chunked writes are corked until the next tick.
  if (res.headersSent) res.flushHeaders();
  await setImmediate();
  const { socket } = res;
  if (!socket || socket.destroyed) return;
  await new Promise<void>((resolve) => {
    socket.once('close', resolve);
    socket.write(bytes, () => {
      socket.off('close', resolve);
      resolve();
    });
  });
}

async function fin(res: ServerResponse): Promise<void> {
  await written(res);
  // What is left of the request must be read: closing with unread bytes would turn the FIN into a reset.
  res.req.resume();
  res.socket?.end();
}

async function rst(res: ServerResponse): Promise<void> {
  await written(res);
  res.socket?.resetAndDestroy();
}
