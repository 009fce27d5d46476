/** One scrape of a `/metrics` page. */
export interface Metrics {
  /** Sum of the samples of a metric whose labels include these; 0 when there are none. */
  sum(name: string, labels?: Readonly<Record<string, string>>): number;
  readonly text: string;
}

export async function fetchMetrics(url: string): Promise<Metrics> {
  return readMetrics(await (await fetch(`${url}/metrics`)).text());
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** Reads the text format 0.0.4 as far as counting needs it. */
export function readMetrics(text: string): Metrics {
  const samples = text.split('\n').flatMap((line) => {
    const match = line.startsWith('#') ? null : SAMPLE.exec(line);
    if (!match) return [];
    const labels = Object.fromEntries(
      [...(match[2] ?? '').matchAll(LABEL)].map(([, key, value]) => [key!, value!]),
    );
    return [{ name: match[1]!, labels, value: Number(match[3]) }];
  });
  return {
    text,
    sum: (name, wanted = {}) =>
      samples
        .filter(
          (sample) =>
            sample.name === name &&
            Object.entries(wanted).every(([key, value]) => sample.labels[key] === value),
        )
        .reduce((total, { value }) => total + value, 0),
  };
}
