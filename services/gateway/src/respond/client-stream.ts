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

export function openClientStream({
  response,
  served,
  pingEveryMs,
  stallMs,
  now,
}: ClientStreamOptions): ClientStream {
  let zone: Zone = 'untouched';
  let earlyHeaders = false;
  let committedAtMs: number | null = null;
  let lastWriteMs = now();
  let stall: NodeJS.Timeout | undefined;

  const writeHead = (by: ServedBy) =>
    response.writeHead(
      200,
      by.cache === 'off'
        ? responseHeaders(by, EVENT_STREAM, 'cache-control', 'no-cache', 'x-accel-buffering', 'no')
        : responseHeaders(by, EVENT_STREAM, 'x-accel-buffering', 'no'),
    );

  const write = (bytes: Buffer): boolean => {
    lastWriteMs = now();
    return response.write(bytes);
  };

  const ping = (): void => {
    const silentMs = now() - lastWriteMs;
    if (silentMs >= pingEveryMs && !response.writableNeedDrain) {
      if (zone === 'untouched') {
        zone = 'waiting';
        earlyHeaders = true;
        writeHead({ ...served(), endpoint: 'pending' });
      }
      write(PING);
      timer = setTimeout(ping, pingEveryMs);
    } else {
      timer = setTimeout(ping, Math.max(1, pingEveryMs - silentMs));
    }
  };
  let timer = setTimeout(ping, pingEveryMs);

  const stop = () => {
    clearTimeout(timer);
    clearTimeout(stall);
  };

  const stream: ClientStream = {
    tap: null,
    get zone() {
      return zone;
    },
    get committedAtMs() {
      return committedAtMs;
    },
    commit(held) {
      if (zone === 'untouched') writeHead(served());
      zone = 'content';
      stream.tap?.(held);
      write(held);
      committedAtMs = lastWriteMs;
    },
    write(bytes) {
      stream.tap?.(bytes);
      return write(bytes);
    },
    onDrain(resume) {
      stall = setTimeout(() => response.destroy(), stallMs);
      response.once('drain', () => {
        clearTimeout(stall);
        resume();
      });
    },
    finish(held, ending) {
      stop();
      if (zone === 'untouched') writeHead(served());
      // What is held may have its terminator in it, and behind that nobody reads on.
      if (earlyHeaders) response.write(servedComment(served()));
      if (held) {
        stream.tap?.(held);
        response.write(held);
      }
      if (ending) stream.tap?.(ending);
      endResponse(response, ending && ending.length > 0 ? ending : null, stallMs);
    },
    breakOff(errorEvent) {
      stop();
      // Without the chunked terminator the client's HTTP library sees a broken answer even if it reads no events.
      response.write(errorEvent, () => response.destroy());
      dropIfStalled(response, stallMs);
    },
    close: stop,
  };
  return stream;
}

/** What the early headers could not say. */
const servedComment = ({ endpoint, model, attempts, fallback, dropped }: ServedBy): string =>
  `: holdfast endpoint=${endpoint} model=${encodeURIComponent(model)} attempts=${attempts} fallback=${fallback}${dropped.length === 0 ? '' : ` dropped=${encodeURIComponent(dropped.join(','))}`}\n\n`;
