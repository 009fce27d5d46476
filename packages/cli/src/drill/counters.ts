import type { RunningGateway } from '@holdfast/gateway/compose';

/** How a cluster's requests ended, by the gateway's own counter: `{ primary: 2, fallback: 23 }`. */
export async function outcomeCounts(
  gateway: RunningGateway,
  cluster: string,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { labels, value } of await samplesOf(gateway, 'holdfast_requests_total')) {
    if (labels.llm_cluster !== cluster || value === 0) continue;
    const outcome = String(labels.outcome);
    counts[outcome] = (counts[outcome] ?? 0) + value;
  }
  return counts;
}

/** Retries that were not made because `retry.budget` was used up. */
export async function heldBackByBudget(gateway: RunningGateway): Promise<number> {
  const samples = await samplesOf(gateway, 'holdfast_retries_suppressed_total');
  return samples.find(({ labels }) => labels.reason === 'budget')?.value ?? 0;
}

async function samplesOf({ gateway }: RunningGateway, name: string) {
  return (await gateway.metrics.registry.getSingleMetric(name)!.get()).values;
}
