/** A verb of the command line: takes its arguments, returns the exit code once it is done. */
export interface Verb {
  run(args: readonly string[]): Promise<number>;
}

/** Loaded when asked for, so that `tokens status` does not load a gateway. */
export const VERBS: Readonly<Record<string, () => Promise<Verb>>> = {
  serve: () => import('./serve/serve.ts'),
};
