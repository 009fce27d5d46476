/** What an exchange needs of the response it writes to; node's `ServerResponse` has it all. */
export interface ClientResponse {
  /** Headers as flat pairs. */
  writeHead(status: number, headers: string[]): unknown;
  /** False asks to wait for `drain`. */
  write(bytes: Buffer | string, done?: () => void): boolean;
  end(): unknown;
  end(bytes: Buffer): unknown;
  end(bytes: string, encoding: 'latin1'): unknown;
  destroy(): unknown;
  on(event: 'close', listener: () => void): unknown;
  once(event: 'drain', listener: () => void): unknown;
  /** The client has left. */
  readonly destroyed: boolean;
  readonly writableNeedDrain: boolean;
  /** Everything was handed over; a `close` before that is a client that left. */
  readonly writableFinished: boolean;
  /** Bytes that the client has not taken yet. */
  readonly writableLength?: number;
  readonly socket?: { setTimeout(ms: number): unknown } | null;
}
