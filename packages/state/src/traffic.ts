import { z } from 'zod';
import { trafficKey } from './keys.ts';
import { readRecord } from './records.ts';
import type { SharedState } from './shared-state.ts';

/**
 * What one gateway's real traffic tells about one endpoint, so that the health-checker need not pay for a probe. Counts
 * are of attempts that say something about the endpoint: successes, and failures it is to blame for.
 */
export const trafficRecord = z.object({
  /** When it was written, epoch ms. */
  at: z.number().min(0),
  /** What the counts cover, ms up to `at`. */
  window_ms: z.number().positive(),
  ok: z.int().min(0),
  failed: z.int().min(0),
  /** Epoch ms; null before the first. */
  last_success_at: z.number().min(0).nullable(),
  /** Mean time to the first content of the successes, ms. */
  latency_ms: z.number().min(0).nullable(),
  /** Their standard deviation, ms. */
  latency_spread_ms: z.number().min(0).nullable(),
});
export type TrafficRecord = z.infer<typeof trafficRecord>;

/** Records by endpoint id, one per gateway that wrote one. */
export async function readTraffic(state: SharedState): Promise<Map<string, TrafficRecord[]>> {
  const byEndpoint = new Map<string, TrafficRecord[]>();
  for (const [field, text] of Object.entries(await state.hashGetAll(trafficKey))) {
    const record = readRecord(trafficRecord, text);
    const id = field.slice(0, field.lastIndexOf('@'));
    if (record) byEndpoint.set(id, [...(byEndpoint.get(id) ?? []), record]);
  }
  return byEndpoint;
}

/** Drops what gateways wrote before `beforeMs`: they are gone, or have no traffic there. */
export async function removeOldTraffic(state: SharedState, beforeMs: number): Promise<void> {
  const fields = Object.entries(await state.hashGetAll(trafficKey));
  const old = fields.filter(([, text]) => (readRecord(trafficRecord, text)?.at ?? 0) < beforeMs);
  await state.hashDelete(
    trafficKey,
    old.map(([field]) => field),
  );
}

export interface TrafficReporterOptions {
  readonly state: SharedState;
  /** Epoch ms. */
  readonly now: () => number;
  /** This gateway's name among the gateways, e.g. a random id. */
  readonly gateway: string;
  readonly intervalMs?: number;
}

export interface TrafficReporter {
  /** Counts one attempt; cheap, writes nothing. `latencyMs`: time to the first content of a success. */
  count(endpointId: string, ok: boolean, latencyMs: number | null): void;
  stop(): void;
}

interface Tally {
  ok: number;
  failed: number;
  lastSuccessMs: number | null;
  latencies: number;
  sum: number;
  sumOfSquares: number;
}

const REPORT_INTERVAL_MS = 10_000;

/** Writes what was counted every ten seconds, in one call, and only for endpoints that had traffic. Never rejects. */
export function createTrafficReporter({
  state,
  now,
  gateway,
  intervalMs = REPORT_INTERVAL_MS,
}: TrafficReporterOptions): TrafficReporter {
  let tallies = new Map<string, Tally>();

  function report(): void {
    if (tallies.size === 0) return;
    const counted = tallies;
    tallies = new Map();
    const nowMs = now();
    const fields: Record<string, string> = {};
    for (const [id, tally] of counted) {
      fields[`${id}@${gateway}`] = JSON.stringify(toRecord(tally, nowMs, intervalMs));
    }
    // What is lost while the store is away is old news when it is back.
    state.hashSet(trafficKey, fields).catch(() => {});
  }

  const timer = setInterval(report, intervalMs);
  timer.unref();
  return {
    count(endpointId, ok, latencyMs) {
      let tally = tallies.get(endpointId);
      if (!tally) {
        tally = { ok: 0, failed: 0, lastSuccessMs: null, latencies: 0, sum: 0, sumOfSquares: 0 };
        tallies.set(endpointId, tally);
      }
      if (!ok) {
        tally.failed += 1;
        return;
      }
      tally.ok += 1;
      tally.lastSuccessMs = now();
      if (latencyMs === null) return;
      tally.latencies += 1;
      tally.sum += latencyMs;
      tally.sumOfSquares += latencyMs * latencyMs;
    },
    stop: () => clearInterval(timer),
  };
}

function toRecord(tally: Tally, nowMs: number, windowMs: number): TrafficRecord {
  const { ok, failed, lastSuccessMs, latencies, sum, sumOfSquares } = tally;
  const mean = latencies === 0 ? null : sum / latencies;
  const variance = mean === null ? null : Math.max(0, sumOfSquares / latencies - mean * mean);
  return {
    at: Math.round(nowMs),
    window_ms: windowMs,
    ok,
    failed,
    last_success_at: lastSuccessMs === null ? null : Math.round(lastSuccessMs),
    latency_ms: mean === null ? null : Math.round(mean),
    latency_spread_ms: variance === null ? null : Math.round(Math.sqrt(variance)),
  };
}
