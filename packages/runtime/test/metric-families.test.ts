import { expect, test } from '@jest/globals';
import { Counter, Histogram } from 'prom-client';
import { CounterFamily } from '../src/counter-family.ts';
import { HistogramFamily } from '../src/histogram-family.ts';
import { Registry } from '../src/metrics.ts';

const BUCKETS = [0.1, 0.5, 2.5];
const SECONDS = [0, 0.1, 0.100001, 0.5, 2.5, 2.6, 1e9];

test('a family shows exactly what a metric of prom-client shows', async () => {
  const ours = new Registry();
  const theirs = new Registry();
  const text = { name: 'asked_total', help: 'How often? "Quoted", back\\slashed\nand broken.' };
  const names = { cluster: 'main', model: 'odd "name"\\\n' };

  const count = new CounterFamily({ ...text, labelNames: ['cluster', 'model'], registry: ours });
  const counter = new Counter({ ...text, labelNames: ['cluster', 'model'], registers: [theirs] });
  count.labels(names.cluster, names.model).inc();
  count.labels(names.cluster, names.model).inc(2.5);
  count.labels('quiet', 'm');
  counter.inc(names);
  counter.inc(names, 2.5);
  counter.inc({ cluster: 'quiet', model: 'm' }, 0);

  const took = { name: 'took_seconds', help: 'How long?', buckets: BUCKETS };
  const distribution = new HistogramFamily({ ...took, labelNames: ['cluster'], registry: ours });
  const histogram = new Histogram({ ...took, labelNames: ['cluster'], registers: [theirs] });
  distribution.labels('quiet');
  histogram.zero({ cluster: 'quiet' });
  for (const value of SECONDS) {
    distribution.labels('main').observe(value);
    histogram.observe({ cluster: 'main' }, value);
  }

  const bare = { name: 'bare_total', help: 'Without labels.' };
  new CounterFamily({ ...bare, registry: ours }).labels();
  new Counter({ ...bare, registers: [theirs] });

  expect(await ours.metrics()).toBe(await theirs.metrics());
});

test('two families of one name are refused', () => {
  const registry = new Registry();
  new CounterFamily({ name: 'asked_total', help: 'How often?', registry });
  expect(() => new CounterFamily({ name: 'asked_total', help: 'How often?', registry })).toThrow(
    'asked_total',
  );
});
