import type { Delay, Observation } from '../verdict.ts';
import type { FaultRow } from './fault-row.ts';

/** The attempt in a few public words, for the trail in the client's error. No host, no provider text. */
export function summaryOf(observation: Observation, row: FaultRow, bench: Delay | null): string {
  switch (observation.kind) {
    case 'success':
      return 'ok';
    case 'transport':
    case 'cancelled':
      return row.hint ?? 'failed';
    case 'timeout':
      return `${observation.timer === 'connect' ? 'connect timeout' : observation.timer === 'deadline' ? 'deadline reached' : observation.timer === 'idle' ? 'stalled' : 'timeout'} after ${seconds(observation.afterMs)}`;
    case 'bad_body':
      return `${observation.status} with ${row.hint ?? 'a bad body'}`;
    case 'refused': {
      const { status, error } = observation;
      const inside = status >= 200 && status <= 299 ? ` with error ${error.status ?? 'inside'}` : '';
      const retry =
        bench !== null && bench.provenance === 'authoritative'
          ? `retry in ${Math.ceil(bench.ms / 1000)} s`
          : null;
      const notes = [row.hint, retry].filter(Boolean).join(', ');
      return `${status}${inside}${notes === '' ? '' : ` (${notes})`}`;
    }
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
