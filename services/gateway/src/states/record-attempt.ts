import type { PoolToken } from '@holdfast/config/types';
import type { Verdict } from '@holdfast/core/verdict';
import type { AttemptReport } from '../attempt/attempt.ts';
import type { Gateway } from '../gateway.ts';
import type { Exchange } from '../ingress/exchange.ts';
import type { PlannedAttempt, Tried } from '../plan/plan.ts';
import type { EndpointRuntime } from './endpoint-runtime.ts';
import { recordUse } from './record-use.ts';
import { type Finding, recordVerdict } from './record-verdict.ts';
import { tellFindings } from './tell-findings.ts';
import { upstreamModel } from './upstream-model.ts';

export interface AttemptRecord {
  readonly plan: PlannedAttempt;
  readonly model: string;
  readonly token: PoolToken | null;
  readonly verdict: Verdict;
  readonly report: AttemptReport;
  /** Earlier failures of this request and model. */
  readonly tried: readonly Tried[];
}

/** Writes down what an attempt taught: here at once, for the others behind the request's back. */
export function recordAttempt(
  exchange: Exchange,
  gateway: Gateway,
  { plan, model, token, verdict, report, tried }: AttemptRecord,
): void {
  const { runtime } = plan;
  const nowMs = gateway.now();
  runtime.metrics.attempt(verdict.result, report.durationMs / 1000);
  if (verdict.result !== 'aborted')
    runtime.recent.note(nowMs, report.firstContentMs ?? report.durationMs, verdict);
  if (token) recordUse(gateway, runtime.endpoint, upstreamModel(runtime.endpoint, model), token, verdict);
  const finding: Finding = {
    runtime,
    model,
    verdict,
    firstFailure: isFirstFailure(exchange, verdict, runtime, tried),
    latencyMs:
      verdict.result === 'ok'
        ? (report.firstContentMs ?? report.durationMs)
        : (runtime.endpoint.timeoutMs ?? exchange.route.route.timeouts.firstContentMs),
    pooled: token !== null,
    roomElsewhere:
      token !== null &&
      verdict.retry === 'token' &&
      gateway.tokens.hasRoom(runtime.endpoint.tokenPool!, nowMs),
  };
  gateway.names.judge(runtime, verdict, () =>
    tellFindings(gateway, runtime, model, verdict, () =>
      recordVerdict(finding, gateway.now(), gateway.random),
    ),
  );
  if (verdict.result === 'ok')
    gateway.modelSwaps.note(runtime.endpoint.id, upstreamModel(runtime.endpoint, model), report.model);

  if (verdict.result === 'ok' || verdict.scope === 'endpoint') {
    gateway.reports.attempted(runtime, verdict.result === 'ok', report.firstContentMs ?? report.durationMs);
  }

  const previous = tried.at(-1)?.runtime;
  if (previous && previous !== runtime) {
    gateway.metrics.fellBack(
      runtime.endpoint.cluster,
      previous.endpoint.name,
      runtime.endpoint.name,
      tried.at(-1)!.verdict.result,
    );
  }
  if (gateway.logger.isLevelEnabled('debug')) {
    gateway.logger.debug(
      {
        request_id: exchange.id,
        endpoint: runtime.endpoint.id,
        model,
        token: token?.name,
        why: plan.why,
        result: verdict.result,
        code: verdict.code,
        status: report.status,
        duration_ms: Math.round(report.durationMs),
      },
      'attempt',
    );
  }
}

/** A breaker counts at most one failure per request: an endpoint's over all models of the request, a model's there over its own attempts. */
function isFirstFailure(
  { blamed }: Exchange,
  { scope }: Verdict,
  runtime: EndpointRuntime,
  tried: readonly Tried[],
): boolean {
  if (scope !== 'endpoint')
    return !tried.some((earlier) => earlier.runtime === runtime && earlier.verdict.scope === scope);
  if (blamed.includes(runtime)) return false;
  blamed.push(runtime);
  return true;
}
