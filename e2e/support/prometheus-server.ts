import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ServerProgram } from '@holdfast/runtime/testing/needs-server';
import { until } from './until.ts';

export const prometheusProgram: ServerProgram = {
  command: 'prometheus',
  install: 'apt-get install -y --no-install-recommends prometheus',
};

export interface PrometheusServer extends AsyncDisposable {
  readonly url: string;
  /** Resolves once it answers; on the data of the one before. */
  start(): Promise<void>;
  kill(): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** Value of an expression that has one sample; null without one. */
  value(expression: string): Promise<number | null>;
  /** Number of samples of an expression. */
  count(expression: string): Promise<number>;
  /** Names and labels of alerts that are pending or firing. */
  alerts(): Promise<readonly Readonly<Record<string, string>>[]>;
}

export interface PrometheusOptions {
  readonly port: number;
  /** For its configuration and data. */
  readonly directory: string;
  /** Hosts with ports, by job. */
  readonly jobs: Readonly<Record<string, readonly string[]>>;
}

const root = path.resolve(import.meta.dirname, '../..');
const START_MS = 20_000;
/** Its own client gives up by then: a hung one never answers. */
const ANSWER_MS = 3000;

/** A real Prometheus with the suite's rules that looks every second; not started yet. */
export function createPrometheus({ port, directory, jobs }: PrometheusOptions): PrometheusServer {
  const url = `http://127.0.0.1:${port}`;
  const configPath = path.join(directory, 'prometheus.yml');
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: [path.join(root, 'prometheus/rules/holdfast.yml')],
    scrape_configs: Object.entries(jobs).map(([job_name, targets]) => ({
      job_name,
      static_configs: [{ targets }],
    })),
  };
  writeFileSync(configPath, JSON.stringify(config));
  let child: ChildProcess | null = null;

  const ask = async (asked: string) => {
    const response = await fetch(url + asked, { signal: AbortSignal.timeout(ANSWER_MS) });
    // biome-ignore lint/suspicious/noExplicitAny: https://prometheus.io/docs/prometheus/latest/querying/api/
    return (await response.json()) as any;
  };
  async function query(expression: string) {
    const { data, error } = await ask(`/api/v1/query?query=${encodeURIComponent(expression)}`);
    if (error) throw new Error(`${error}: ${expression}`);
    return data.result;
  }
  async function kill(): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  return {
    url,
    async start() {
      child = spawn(
        prometheusProgram.command,
        [
          `--config.file=${configPath}`,
          `--storage.tsdb.path=${path.join(directory, 'prometheus')}`,
          `--web.listen-address=127.0.0.1:${port}`,
          '--log.level=error',
        ],
        { stdio: 'ignore' },
      );
      const isReady = () =>
        fetch(`${url}/-/ready`).then(
          ({ status }) => status === 200,
          () => false,
        );
      await until('Prometheus is ready', isReady, START_MS);
    },
    kill,
    signal: (name) => void child?.kill(name),
    count: async (expression) => (await query(expression)).length,
    async value(expression) {
      const [sample] = await query(expression);
      return sample === undefined ? null : Number(sample.value[1]);
    },
    async alerts() {
      const { data } = await ask('/api/v1/alerts');
      return data.alerts.map(({ labels }: { labels: Record<string, string> }) => labels);
    },
    [Symbol.asyncDispose]: kill,
  };
}
