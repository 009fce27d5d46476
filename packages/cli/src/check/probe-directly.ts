import type { Config } from '@holdfast/config/types';
import { probe } from '@holdfast/health-checker/probe/probe';
import { buildTargets, type Target } from '@holdfast/health-checker/target';

/** One endpoint as a probe of ours found it. */
export interface ProbedEndpoint {
  readonly cluster: string;
  readonly endpoint: string;
  /** `unknown`: it is configured never to be probed, or its pool has no token. */
  readonly state: 'up' | 'degraded' | 'down' | 'unknown';
  readonly reason: string | null;
  readonly latency_ms: number | null;
}

/** Probes every endpoint once, as the health-checker does at its start; all at the same time. Of a token pool the first token is used. */
export async function probeDirectly(config: Config): Promise<ProbedEndpoint[]> {
  const targets = [...buildTargets(config).values()];
  try {
    return await Promise.all(targets.map((target) => probeOne(target, config.health.timeoutMs)));
  } finally {
    await Promise.all(targets.map(({ pool }) => pool.destroy()));
  }
}

async function probeOne(target: Target, timeoutMs: number): Promise<ProbedEndpoint> {
  const { endpoint, tokenPool } = target;
  const about = { cluster: endpoint.cluster, endpoint: endpoint.name };
  const unknown = (reason: string): ProbedEndpoint => ({
    ...about,
    state: 'unknown',
    reason,
    latency_ms: null,
  });
  if (target.kind === 'none') return unknown('never probed');
  const token = tokenPool?.tokens[0];
  if (tokenPool && !token) return unknown(`pool ${tokenPool.name} has no token`);
  const { finding, latencyMs } = await probe({
    target,
    credential: token?.value ?? endpoint.apiKey,
    timeoutMs,
    shutdown: new AbortController().signal,
    now: Date.now,
    random: Math.random,
    listed: undefined,
    preferChat: false,
    noChat: target.metered ? 'a chat would take from a quota of the day' : null,
  });
  return { ...about, state: finding.found, reason: finding.reason, latency_ms: Math.round(latencyMs) };
}
