export interface ExposedMetric {
  readonly name: string;
  readonly type: string;
  readonly samples: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

/** The metrics of a page in Prometheus' text format; a histogram's buckets, sum and count are its samples. */
export function readExposition(text: string): ExposedMetric[] {
  const metrics: {
    name: string;
    type: string;
    samples: { labels: Record<string, string>; value: number }[];
  }[] = [];
  for (const line of text.split('\n')) {
    const [, name, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    if (name && type) metrics.push({ name, type, samples: [] });
    const [, , labels = '', value] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (value !== undefined)
      metrics.at(-1)!.samples.push({ labels: readLabels(labels), value: Number(value) });
  }
  return metrics;
}

const readLabels = (text: string) =>
  Object.fromEntries(
    [...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name, value]) => [name!, value!]),
  );
