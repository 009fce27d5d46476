import type { ReceivedAlert } from './alerts.ts';

/** What is firing now, by a list of deliveries, newest first: the latest word on each alert counts. */
export function firingAlerts(received: readonly ReceivedAlert[]): ReceivedAlert[] {
  const seen = new Set<string>();
  return received.filter(({ labels, status, severity }) => {
    const identity = JSON.stringify(Object.entries(labels).sort());
    if (seen.has(identity)) return false;
    seen.add(identity);
    // `none` is Watchdog, which always fires.
    return status === 'firing' && severity !== 'none';
  });
}
