import { duration } from '@holdfast/runtime/duration';
import { tone } from '../terminal/paint.ts';
import { type Cell, table } from '../terminal/table.ts';
import type { ClusterView, EndpointView } from './endpoint-view.ts';

const TITLES = ['CLUSTER', 'ENDPOINT', 'STATE', 'TRAFFIC', 'BREAKER', 'LATENCY', 'QUEUE', 'REASON'];

/** One line per endpoint; the cluster's name stands before its first. */
export function clusterTable(clusters: readonly ClusterView[]): string {
  return table(
    TITLES,
    clusters.flatMap(({ name, endpoints }) =>
      endpoints.map((endpoint, index) => [index === 0 ? name : null, ...endpointCells(endpoint)]),
    ),
  );
}

function endpointCells(endpoint: EndpointView): Cell[] {
  const { name, state, standing, breaker, latency_ms, in_failure_queue, reason } = endpoint;
  return [
    name,
    tone(state),
    standing && tone(standing),
    breaker && tone(breaker),
    duration(latency_ms),
    in_failure_queue ? 'queued' : null,
    reason,
  ];
}
