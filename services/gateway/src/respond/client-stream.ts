import type { StreamGate } from '../attempt/attempt.ts';
import type { ClientResponse } from './client-response.ts';
import { dropIfStalled, endResponse } from './end-response.ts';
import { responseHeaders, type ServedBy } from './response-headers.ts';

/** How much the client has seen. */
export type Zone =
  /** Nothing: the status can still be chosen. */
  | 'untouched'
  /** Status 200 and comments: a failure is an error event, another attempt is still invisible. */
  | 'waiting'
  /** Content: nothing is retried any more. */
  | 'content';

/** The client's event stream, and the one place where a request commits. */
export interface ClientStream extends StreamGate {
  readonly zone: Zone;
  /** When the first content was written; null before. */
  readonly committedAtMs: number | null;
  /** Ends properly. `held` is written first when nothing was committed. */
  finish(held: Buffer | null, ending: Buffer | null): void;
  /** Ends with an error event and without a terminator or a clean chunked end. */
  breakOff(errorEvent: Buffer): void;
  /** Stops the pings. */
  close(): void;
  /** Is told all events that the client gets, if any one listens; no comments of ours. */
  tap: ((bytes: Buffer) => void) | null;
}

const EVENT_STREAM = 'text/event-stream; charset=utf-8';
const PING = Buffer.from(': ping\n\n');

export interface ClientTimers {
  /** A comment is sent after this much silence: well inside the 100 s of the tunnels that people put in front. */
  readonly pingEveryMs: number;
  /** A client that reads nothing for this long is dropped (FAULTS S16). */
  readonly stallMs: number;
}

export const CLIENT_TIMERS: ClientTimers = { pingEveryMs: 15_000, stallMs: 60_000 };

export interface ClientStreamOptions extends ClientTimers {
  readonly response: ClientResponse;
  /** Who serves, asked when headers or the closing comment are written. */
  readonly served: () => ServedBy;
  readonly now: () => number;
}

export function openClientStream(options: ClientStreamOptions): ClientStream {
  return new Stream(options);
}

/** A class, since there is one for each open stream: of closures, every stream would have its own dozen in memory. */
class Stream implements ClientStream {
  zone: Zone = 'untouched';
  committedAtMs: number | null = null;
  tap: ((bytes: Buffer) => void) | null = null;
  readonly #options: ClientStreamOptions;
  readonly #response: ClientResponse;
  #earlyHeaders = false;
  #lastWriteMs: number;
  #timer: NodeJS.Timeout;
  #stall: NodeJS.Timeout | undefined;

  constructor(options: ClientStreamOptions) {
    this.#options = options;
    this.#response = options.response;
    this.#lastWriteMs = options.now();
    this.#timer = setTimeout(this.#ping, options.pingEveryMs);
  }

  commit(held: Buffer): void {
    if (this.zone === 'untouched') this.#writeHead(this.#options.served());
    this.zone = 'content';
    this.write(held);
    this.committedAtMs = this.#lastWriteMs;
  }

  write(bytes: Buffer): boolean {
    this.tap?.(bytes);
    this.#lastWriteMs = this.#options.now();
    return this.#response.write(bytes);
  }

  onDrain(resume: () => void): void {
    this.#stall = setTimeout(() => this.#response.destroy(), this.#options.stallMs);
    this.#response.once('drain', () => {
      clearTimeout(this.#stall);
      resume();
    });
  }

  finish(held: Buffer | null, ending: Buffer | null): void {
    const { served, stallMs } = this.#options;
    this.close();
    if (this.zone === 'untouched') this.#writeHead(served());
    // What is held may have its terminator in it, and behind that nobody reads on.
    if (this.#earlyHeaders) this.#response.write(servedComment(served()));
    if (held) {
      this.tap?.(held);
      this.#response.write(held);
    }
    if (ending) this.tap?.(ending);
    endResponse(this.#response, ending && ending.length > 0 ? ending : null, stallMs);
  }

  breakOff(errorEvent: Buffer): void {
    this.close();
    // Without the chunked terminator the client's HTTP library sees a broken answer even if it reads no events.
    this.#response.write(errorEvent, () => this.#response.destroy());
    dropIfStalled(this.#response, this.#options.stallMs);
  }

  close(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#stall);
  }

  #writeHead(by: ServedBy): void {
    this.#response.writeHead(
      200,
      by.cache === 'off'
        ? responseHeaders(by, EVENT_STREAM, 'cache-control', 'no-cache', 'x-accel-buffering', 'no')
        : responseHeaders(by, EVENT_STREAM, 'x-accel-buffering', 'no'),
    );
  }

  readonly #ping = (): void => {
    const { pingEveryMs, served, now } = this.#options;
    const silentMs = now() - this.#lastWriteMs;
    if (silentMs >= pingEveryMs && !this.#response.writableNeedDrain) {
      if (this.zone === 'untouched') {
        this.zone = 'waiting';
        this.#earlyHeaders = true;
        this.#writeHead({ ...served(), endpoint: 'pending' });
      }
      this.#lastWriteMs = now();
      this.#response.write(PING);
      this.#timer = setTimeout(this.#ping, pingEveryMs);
    } else {
      this.#timer = setTimeout(this.#ping, Math.max(1, pingEveryMs - silentMs));
    }
  };
}

/** What the early headers could not say. */
const servedComment = ({ endpoint, model, attempts, fallback, dropped }: ServedBy): string =>
  `: holdfast endpoint=${endpoint} model=${encodeURIComponent(model)} attempts=${attempts} fallback=${fallback}${dropped.length === 0 ? '' : ` dropped=${encodeURIComponent(dropped.join(','))}`}\n\n`;
