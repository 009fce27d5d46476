import type { RunningGateway } from '@holdfast/gateway/compose';

/** How a cluster's requests ended, by the gateway's own counter: `{ primary: 2, fallback: 23 }`. */
export async function outcomeCounts(
  { gateway }: RunningGateway,
  cluster: string,
): Promise<Record<string, number>> {
  const metric = await gateway.metrics.registry.getSingleMetric('holdfast_requests_total')!.get();
  const counts: Record<string, number> = {};
  for (const { labels, value } of metric.values) {
    if (labels.llm_cluster !== cluster || value === 0) continue;
    const outcome = String(labels.outcome);
    counts[outcome] = (counts[outcome] ?? 0) + value;
  }
  return counts;
}
