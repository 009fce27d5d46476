/** What every process is started with. */
export interface ServeOptions {
  /** What `--config` said. */
  readonly path: string | undefined;
  /** Lines are JSON on a terminal, too. */
  readonly json: boolean;
  /** What the simulator plays. */
  readonly scenarioPath: string | undefined;
}
