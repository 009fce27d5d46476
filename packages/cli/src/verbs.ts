/** A verb of the command line: takes its arguments, returns the exit code once it is done. */
export interface Verb {
  run(args: readonly string[]): Promise<number>;
}

/** Loaded when asked for, so that `tokens status` does not load a gateway. */
export const VERBS: Readonly<Record<string, () => Promise<Verb>>> = {
  serve: () => import('./serve/serve.ts'),
  status: () => import('./status/status.ts'),
  cluster: () => import('./cluster/cluster.ts'),
  tokens: () => import('./tokens/tokens.ts'),
  check: () => import('./check/check.ts'),
  tail: () => import('./tail/tail.ts'),
  alerts: () => import('./alerts/alerts.ts'),
  drill: () => import('./drill/drill.ts'),
};
