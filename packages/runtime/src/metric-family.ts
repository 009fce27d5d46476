import type { Metric, Registry } from 'prom-client';

export interface FamilyOptions<Names extends readonly string[]> {
  readonly name: string;
  /** The question it answers. */
  readonly help: string;
  readonly labelNames?: Names;
  readonly registry: Registry;
}

/** One value for each label name, in their order. */
export type LabelValues<Names extends readonly string[]> = { readonly [K in keyof Names]: string };

/** One line of the exposition, as prom-client's registry takes it. */
export interface Sample {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/**
 * The children of one metric, told apart by their labels. prom-client's own metrics look the child up by a hash of its labels
 * each time something is counted, a microsecond each; here whoever counts keeps the child. prom-client's registry still
 * writes them out.
 */
export abstract class MetricFamily<Names extends readonly string[], Child> {
  readonly name: string;
  readonly help: string;
  protected abstract readonly type: 'counter' | 'histogram';
  readonly #labelNames: readonly string[];
  readonly #children = new Map<string, { labels: Record<string, string>; child: Child }>();

  constructor({ name, help, labelNames, registry }: FamilyOptions<Names>) {
    this.name = name;
    this.help = help;
    this.#labelNames = labelNames ?? [];
    // Of a metric it knows by type only, the registry uses no more than this.
    registry.registerMetric(this as unknown as Metric);
  }

  /** The child of these labels, from then on shown at 0. */
  labels(...values: LabelValues<Names>): Child {
    const key = values.join('\n');
    const known = this.#children.get(key);
    if (known) return known.child;
    const labels = Object.fromEntries(this.#labelNames.map((name, index) => [name, values[index]!]));
    const child = this.newChild();
    this.#children.set(key, { labels, child });
    return child;
  }

  /** What the registry asks for at each scrape. */
  async get() {
    const values = [...this.#children.values()].flatMap(({ labels, child }) => this.samples(child, labels));
    return { name: this.name, help: this.help, type: this.type, aggregator: 'sum' as const, values };
  }

  protected abstract newChild(): Child;
  protected abstract samples(child: Child, labels: Record<string, string>): Sample[];
}
