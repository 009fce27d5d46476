import { MetricFamily, type Sample } from './metric-family.ts';

/** Counts up. */
export class Count {
  value = 0;

  inc(by = 1): void {
    this.value += by;
  }
}

/** Counters of one name. */
export class CounterFamily<const Names extends readonly string[] = []> extends MetricFamily<Names, Count> {
  protected readonly type = 'counter';

  protected newChild(): Count {
    return new Count();
  }

  protected samples({ value }: Count, labels: Record<string, string>): Sample[] {
    return [{ labels, value }];
  }
}
