import type { Socket } from 'node:net';
import { createRequestReader, type RawRequest } from './request-reader.ts';

/** One TCP (or TLS) connection of a caller, in the hands of a script. */
export interface RawConnection {
  /** From 1, in the order of arrival. */
  readonly id: number;
  readonly socket: Socket;
  /** Every byte that arrived. */
  received(): Buffer;
  readonly requests: readonly RawRequest[];
  /** The next complete request on this connection; null once the caller has left. */
  nextRequest(): Promise<RawRequest | null>;
  /** Resolves when the bytes are with the kernel, or the connection is gone. */
  write(bytes: string | Buffer): Promise<void>;
  /** FIN. */
  end(): void;
  /** RST. */
  reset(): void;
  /** Resolves after the time, or as soon as the connection is gone. */
  pause(ms: number): Promise<void>;
  readonly closed: Promise<void>;
  isOpen(): boolean;
}

export function rawConnection(id: number, socket: Socket, changed: () => void): RawConnection {
  const chunks: Buffer[] = [];
  const requests: RawRequest[] = [];
  const reader = createRequestReader(id);
  const { promise: closed, resolve: close } = Promise.withResolvers<void>();
  let taken = 0;
  let wake = Promise.withResolvers<void>();

  socket.setNoDelay(true); // each write of a script leaves at once

  function news(): void {
    wake.resolve();
    wake = Promise.withResolvers();
    changed();
  }

  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    requests.push(...reader.read(chunk));
    news();
  });
  socket.on('error', () => {}); // a reset by the caller is an ordinary end
  socket.on('close', () => {
    close();
    news();
  });

  return {
    id,
    socket,
    received: () => Buffer.concat(chunks),
    requests,
    async nextRequest() {
      while (taken >= requests.length) {
        if (socket.readableEnded || socket.destroyed) return null;
        await wake.promise;
      }
      return requests[taken++] ?? null;
    },
    write: (bytes) =>
      new Promise((resolve) => {
        if (socket.destroyed || socket.writableEnded) return resolve();
        void closed.then(resolve);
        socket.write(bytes, () => resolve());
      }),
    end: () => void socket.end(),
    reset: () => void socket.resetAndDestroy(),
    pause: (ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        void closed.then(() => {
          clearTimeout(timer);
          resolve();
        });
      }),
    closed,
    isOpen: () => !socket.destroyed,
  };
}
