import type { IncomingHttpHeaders } from 'node:http';
import type { Call } from './call.ts';
import type { RecordedRequest, UpstreamCounts } from './simulator.ts';
import { createWaiters, type Waiters } from './waiters.ts';

export interface RecorderOptions {
  /** Newest requests kept; 0 keeps none and only counts. */
  readonly maxRecords: number;
  /** Newest requests kept while their bodies fit into this. */
  readonly maxBodyBytes: number;
}

/** One exchange while it is under way. */
export interface Exchange {
  /** The request is complete, or as complete as it will be. */
  received(call: Call, method: string): void;
  answered(status: number): void;
  cutting(): void;
  /** The response or its connection is over. */
  closed(complete: boolean): void;
}

export interface Recorder {
  readonly waiters: Waiters;
  open(upstream: string, socketId: number): Exchange;
  requests(upstream?: string): RecordedRequest[];
  counts(): Record<string, UpstreamCounts>;
  inFlight(upstream?: string): number;
  peakInFlight(upstream: string): number;
  /** Forgets what is over; exchanges under way stay counted as in flight. */
  clear(): void;
}

interface Tally {
  requests: number;
  byStatus: Record<string, number>;
  inFlight: number;
  peakInFlight: number;
  aborted: number;
}

/** Remembers what the upstreams received and how it ended: the newest requests, and counts of all. */
export function createRecorder({ maxRecords, maxBodyBytes }: RecorderOptions): Recorder {
  const waiters = createWaiters();
  const tallies = new Map<string, Tally>();
  let records: RecordedRequest[] = [];
  let oldest = 0;
  let bodyBytes = 0;

  function tallyOf(upstream: string): Tally {
    let tally = tallies.get(upstream);
    if (!tally) {
      tally = { requests: 0, byStatus: {}, inFlight: 0, peakInFlight: 0, aborted: 0 };
      tallies.set(upstream, tally);
    }
    return tally;
  }

  function keep(record: RecordedRequest): void {
    records.push(record);
    bodyBytes += record.bodyBytes.length;
    while (
      records.length - oldest > maxRecords ||
      (bodyBytes > maxBodyBytes && oldest < records.length - 1)
    ) {
      bodyBytes -= records[oldest++]?.bodyBytes.length ?? 0;
    }
    if (oldest > maxRecords) {
      records = records.slice(oldest);
      oldest = 0;
    }
  }

  return {
    waiters,
    open(upstream, socketId) {
      const tally = tallyOf(upstream);
      const at = Date.now();
      let record: Mutable<RecordedRequest> | null = null;
      let status: number | null = null;
      let cut = false;
      tally.inFlight += 1;
      tally.peakInFlight = Math.max(tally.peakInFlight, tally.inFlight);
      return {
        received(call, method) {
          tally.requests += 1;
          if (maxRecords > 0) {
            record = recordOf(call, method, at, socketId);
            keep(record);
          }
          waiters.changed();
        },
        answered(answeredStatus) {
          status = answeredStatus;
          if (record) record.status = answeredStatus;
        },
        cutting() {
          cut = true;
        },
        closed(complete) {
          tally.inFlight -= 1;
          const label = status ?? 'none';
          tally.byStatus[label] = (tally.byStatus[label] ?? 0) + 1;
          const aborted = !complete && !cut;
          if (aborted) tally.aborted += 1;
          if (record) record[aborted ? 'abortedAt' : 'finishedAt'] = Date.now();
          waiters.changed();
        },
      };
    },
    requests(upstream) {
      const kept = records.slice(oldest);
      return upstream === undefined ? kept : kept.filter((record) => record.upstream === upstream);
    },
    counts: () =>
      Object.fromEntries(
        [...tallies].map(([upstream, tally]) => [upstream, { ...tally, byStatus: { ...tally.byStatus } }]),
      ),
    inFlight: (upstream) =>
      upstream === undefined
        ? [...tallies.values()].reduce((total, { inFlight }) => total + inFlight, 0)
        : (tallies.get(upstream)?.inFlight ?? 0),
    peakInFlight: (upstream) => tallies.get(upstream)?.peakInFlight ?? 0,
    clear() {
      records = [];
      oldest = 0;
      bodyBytes = 0;
      for (const [upstream, tally] of tallies) {
        // An exchange under way holds on to its tally: it is emptied, not replaced.
        if (tally.inFlight === 0) tallies.delete(upstream);
        Object.assign(tally, { requests: 0, byStatus: {}, peakInFlight: tally.inFlight, aborted: 0 });
      }
    },
  };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function recordOf(call: Call, method: string, at: number, socketId: number): Mutable<RecordedRequest> {
  return {
    upstream: call.upstream,
    method,
    path: call.path,
    headers: call.headers as IncomingHttpHeaders,
    bodyBytes: call.body,
    get body() {
      return call.body.toString();
    },
    json: call.json ?? undefined,
    model: call.model,
    token: call.token,
    at,
    status: null,
    abortedAt: null,
    finishedAt: null,
    socketId,
  };
}
