import { readExposition } from './read-exposition.ts';

/** Counters by name with sorted labels, as in `holdfast_rate_limited_total{}`. */
export type Counts = Readonly<Record<string, number>>;

export function counter(name: string, labels: Readonly<Record<string, string>> = {}): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return `holdfast_${name}_total{${pairs.sort().join(',')}}`;
}

/** Every counter of the suite on these `/metrics` pages. */
export async function readCounters(urls: readonly string[]): Promise<Counts> {
  const pages = await Promise.all(urls.map(async (url) => (await fetch(`${url}/metrics`)).text()));
  const counters = pages
    .flatMap(readExposition)
    .filter(({ name, type }) => type === 'counter' && name.startsWith('holdfast_'));
  return Object.fromEntries(
    counters.flatMap(({ name, samples }) =>
      samples.map(({ labels, value }) => [counter(name.replace(/^holdfast_|_total$/g, ''), labels), value]),
    ),
  );
}

/** What has been counted between two readings; without what has not. */
export const counted = (before: Counts, after: Counts): [sample: string, count: number][] =>
  sorted(after)
    .map(([sample, value]): [string, number] => [sample, value - (before[sample] ?? 0)])
    .filter(([, difference]) => difference !== 0);

export const sorted = (counts: Counts): [sample: string, count: number][] =>
  Object.entries(counts).sort(([a], [b]) => a.localeCompare(b));

/** Several events' counts together. */
export function sumOf(...all: readonly Counts[]): Counts {
  const sum: Record<string, number> = {};
  for (const counts of all)
    for (const [sample, value] of Object.entries(counts)) sum[sample] = (sum[sample] ?? 0) + value;
  return sum;
}
