import type { ServerResponse } from 'node:http';
import type { PoolToken } from '@holdfast/config/types';
import { classify } from '@holdfast/core/classify/classify';
import type { Gateway } from './gateway.ts';
import type { Outcome } from './metrics/labels.ts';
import type { OpaqueAnswer } from './respond/opaque-answer.ts';
import type { EndpointRuntime } from './states/endpoint-runtime.ts';
import { recordUse } from './states/record-use.ts';

/** The model of calls that are passed through, as far as endpoints and tokens rest for one: their bodies are not read. */
export const ANY_MODEL = '*';

/** Counts and logs a call that is passed through, exactly once: when its response has ended or the client has left. */
export function accountOpaque(
  gateway: Gateway,
  runtime: EndpointRuntime,
  token: PoolToken | null,
  answer: OpaqueAnswer,
  response: ServerResponse,
): void {
  const { requestId, endpoint, cluster } = answer;
  const metrics = gateway.metrics.forCluster(cluster);
  const isFirstTier = gateway.routing.clusters.get(cluster)!.tiers[0]!.includes(runtime);
  metrics.inFlight++;
  response.once('close', () => {
    metrics.inFlight--;
    const durationMs = gateway.now() - answer.nowMs;
    const verdict = answer.verdict ?? classify({ kind: 'cancelled', by: 'client' }, answer);
    const outcome = outcomeOf(answer, response.writableFinished, isFirstTier);
    runtime.metrics.attempt(verdict.result, durationMs / 1000);
    if (token) recordUse(gateway, runtime.endpoint, ANY_MODEL, token, verdict);
    metrics.request('openai', outcome);
    if (outcome !== 'cancelled') metrics.duration(false, durationMs / 1000);
    gateway.accessLog.opaque({
      requestId,
      cluster,
      outcome,
      attempt: {
        endpoint,
        model: 'none',
        token: token?.name ?? null,
        result: verdict.result,
        code: verdict.code,
        status: verdict.status,
        duration_ms: Math.round(durationMs),
        summary: verdict.summary,
      },
    });
  });
}

function outcomeOf({ verdict }: OpaqueAnswer, wasSent: boolean, isFirstTier: boolean): Outcome {
  if (verdict?.passThrough) return 'rejected';
  if (verdict !== null && verdict.result !== 'ok') return 'exhausted';
  if (verdict === null || !wasSent) return 'cancelled';
  return isFirstTier ? 'primary' : 'fallback';
}
