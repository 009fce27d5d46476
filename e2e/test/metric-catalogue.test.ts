import { spawnSync } from 'node:child_process';
import { METRIC_CATALOGUE, OUTCOMES, TOKEN_STATES } from '@holdfast/prometheus/metric-catalogue';
import type { Job } from '@holdfast/prometheus/metric-description';
import { describeWithServer } from '@holdfast/runtime/testing/needs-server';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ExposedMetric, readExposition } from '../support/read-exposition.ts';
import { type SuiteProcess, startSuiteProcess } from '../support/suite-process.ts';

const FREE_PORTS = Object.fromEntries(
  ['GATEWAY', 'ADMIN', 'HEALTH_CHECKER', 'TOKEN_ROTATOR', 'TAGGER', 'SIMULATOR'].map((name) => [
    `HOLDFAST_${name}_PORT`,
    '0',
  ]),
);
/** Rows of the printed table of addresses. */
const ROWS: Readonly<Record<Job, string>> = {
  gateway: 'status page',
  'health-checker': 'health-checker',
  'token-rotator': 'token-rotator',
  tagger: 'tagger',
};
const JOBS = Object.keys(ROWS) as Job[];

interface Scrape {
  readonly text: string;
  readonly contentType: string | null;
}

async function startAndScrape(config?: Record<string, unknown>) {
  const suite = startSuiteProcess({ args: ['serve', 'all'], env: FREE_PORTS, ...(config ? { config } : {}) });
  await suite.waitForOutput(/Try it:/);
  const scrapes = await Promise.all(
    JOBS.map(async (job): Promise<[Job, Scrape]> => {
      const [, url] = new RegExp(`^ *${ROWS[job]} +(http://\\S+)`, 'm').exec(suite.output())!;
      const response = await fetch(`${url}/metrics`);
      return [job, { text: await response.text(), contentType: response.headers.get('content-type') }];
    }),
  );
  return { suite, scrapes: Object.fromEntries(scrapes) as Record<Job, Scrape> };
}

const own = (metrics: readonly ExposedMetric[]) => metrics.filter(({ name }) => name.startsWith('holdfast_'));

describe('what the services show on /metrics', () => {
  let suite: SuiteProcess;
  let scrapes: Record<Job, Scrape>;
  beforeAll(async () => {
    ({ suite, scrapes } = await startAndScrape());
  }, 60_000);
  afterAll(async () => {
    await suite[Symbol.asyncDispose]();
  });

  test.each(JOBS)('%s shows its metrics of the catalogue, with their types, and no others', (job) => {
    const shown = own(readExposition(scrapes[job].text)).map(({ name, type }) => ({ name, type }));
    const expected = METRIC_CATALOGUE.filter(({ jobs }) => jobs.includes(job)).map(({ name, type }) => ({
      name,
      type,
    }));
    const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
    expect(shown.sort(byName)).toEqual(expected.sort(byName));
  });

  test.each(JOBS)('%s gives each series the labels of the catalogue', (job) => {
    for (const { name, samples } of own(readExposition(scrapes[job].text))) {
      const { labels } = METRIC_CATALOGUE.find((metric) => metric.name === name)!;
      for (const sample of samples)
        expect({
          name,
          labels: Object.keys(sample.labels)
            .filter((label) => label !== 'le')
            .sort(),
        }).toEqual({
          name,
          labels: [...labels].sort(),
        });
    }
  });

  test.each(JOBS)('%s answers in the text format that Prometheus 3 insists on', (job) => {
    expect(scrapes[job].contentType).toMatch(/^text\/plain; version=(0\.0\.4|1\.0\.0)/);
  });

  test('series of configured names exist before anything has happened', () => {
    const samplesOf = (job: Job, name: string) =>
      readExposition(scrapes[job].text).find((metric) => metric.name === name)!.samples;
    const outcomes = samplesOf('gateway', 'holdfast_requests_total')
      .filter(({ labels }) => labels.llm_cluster === 'main' && labels.protocol === 'openai')
      .map(({ labels }) => labels.outcome);
    expect(outcomes.sort()).toEqual([...OUTCOMES].sort());
    expect(
      samplesOf('token-rotator', 'holdfast_token_pool_tokens').map(({ labels }) => labels.state),
    ).toEqual([...TOKEN_STATES]);
    expect(
      samplesOf('health-checker', 'holdfast_endpoint_up').map(
        ({ labels }) => `${labels.llm_cluster}/${labels.llm_endpoint}`,
      ),
    ).toEqual(expect.arrayContaining(['main/primary', 'main/secondary', 'claude/claude']));
  });

  describeWithServer({ command: 'promtool', install: 'apt-get install -y prometheus' }, 'promtool', () => {
    test.each(JOBS)('finds nothing to say about the metrics of %s', (job) => {
      const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
        input: scrapes[job].text,
        encoding: 'utf8',
      });
      expect(stdout + stderr).toBe('');
      expect(status).toBe(0);
    });
  });
});

test('ten clusters with thirty endpoints stay below 3000 series', async () => {
  const clusters = Object.fromEntries(
    Array.from({ length: 10 }, (_, cluster) => [
      `cluster-${cluster}`,
      {
        endpoints: Array.from({ length: 3 }, (_, n) => ({
          name: `endpoint-${cluster}-${n}`,
          base_url: 'http://127.0.0.1:9/v1',
          api_key: 'unused-key',
        })),
      },
    ]),
  );
  const routes = Array.from({ length: 10 }, (_, n) => ({ model: `model-${n}`, cluster: `cluster-${n}` }));
  const { suite, scrapes } = await startAndScrape({ clusters, routes, health: { probe: 'none' } });
  await suite[Symbol.asyncDispose]();
  const count = JOBS.map(
    (job) => scrapes[job].text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length,
  );
  expect(count.reduce((sum, lines) => sum + lines)).toBeLessThan(3000);
}, 60_000);
