export type Job = 'gateway' | 'health-checker' | 'token-rotator' | 'tagger';

export interface MetricDescription {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly jobs: readonly Job[];
  readonly labels: readonly string[];
  readonly question: string;
}

export const metric = (
  jobs: readonly Job[],
  type: MetricDescription['type'],
  name: string,
  labels: readonly string[],
  question: string,
): MetricDescription => ({ name, type, jobs, labels, question });
