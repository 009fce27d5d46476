/** `none` is for the alert that always fires. */
export type Severity = 'critical' | 'warning' | 'none';

export type DashboardUid = 'holdfast-overview' | 'holdfast-clusters' | 'holdfast-tokens' | 'holdfast-suite';

/** An alert as written here; `generateRules` adds the links. Texts are Prometheus templates. */
export interface AlertDefinition {
  readonly alert: string;
  readonly expr: string;
  /** Prometheus durations, such as `30s`. */
  readonly for: string;
  readonly keepFiringFor: string;
  /** May be a template, when the target decides. */
  readonly severity: Severity | `{{${string}}}`;
  readonly summary: string;
  readonly description: string;
  readonly dashboard: DashboardUid;
  /** A variable of that dashboard, set to the label of the same meaning. */
  readonly dashboardVariable?: { readonly name: string; readonly label: string };
}

export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

/** Share of requests that ended in an error; the objective of 99 % allows a fifth of it over a month. */
export const ERROR_RATIO = 0.05;
/** Age of the oldest tagging job: one attempt with every retry and fallback model is done in a few minutes. */
export const TAGGING_BACKLOG_SECONDS = 900;
/** A pool is low when only one of so many tokens is left. */
export const TOKENS_LOW_DIVISOR = 3;
