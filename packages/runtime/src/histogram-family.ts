import { type FamilyOptions, MetricFamily, type Sample } from './metric-family.ts';

/** Sorts values by size. */
export class Distribution {
  sum = 0;
  /** Values up to each bound and above the one before; the last place is for those above all. */
  readonly counts: number[];
  readonly #bounds: readonly number[];

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.counts = new Array(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    let place = 0;
    while (place < this.#bounds.length && value > this.#bounds[place]!) place++;
    this.counts[place]!++;
    this.sum += value;
  }
}

/** Histograms of one name and the same buckets. */
export class HistogramFamily<const Names extends readonly string[] = []> extends MetricFamily<
  Names,
  Distribution
> {
  protected readonly type = 'histogram';
  readonly #bounds: readonly number[];

  /** `buckets`: upper bounds in ascending order, without the infinite one. */
  constructor({ buckets, ...options }: FamilyOptions<Names> & { readonly buckets: readonly number[] }) {
    super(options);
    this.#bounds = buckets;
  }

  protected newChild(): Distribution {
    return new Distribution(this.#bounds);
  }

  protected samples({ counts, sum }: Distribution, labels: Record<string, string>): Sample[] {
    let count = 0;
    const buckets = [...this.#bounds, '+Inf'].map((le, place) => {
      count += counts[place]!;
      return { metricName: `${this.name}_bucket`, labels: { le, ...labels }, value: count };
    });
    return [
      ...buckets,
      { metricName: `${this.name}_sum`, labels, value: sum },
      { metricName: `${this.name}_count`, labels, value: count },
    ];
  }
}
