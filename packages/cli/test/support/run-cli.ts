import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const MAIN = path.resolve(import.meta.dirname, '../../src/main.ts');

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** stdout as JSON. */
  json<T>(): T;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: string;
}

/** `./holdfast ...` as a user runs it, until it ends. */
export async function runCli(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  await using cli = startCli(args, options);
  return await cli.finished;
}

export interface RunningCli extends AsyncDisposable {
  readonly finished: Promise<Finished>;
  readonly child: ChildProcess;
  /** Resolves once stdout and stderr together match; rejects when the process ends before, or after 20 s. */
  waitForOutput(pattern: RegExp): Promise<RegExpExecArray>;
  /** As Ctrl-C does. */
  interrupt(): Promise<Finished>;
}

const PATIENCE_MS = 20_000;

/** The same for verbs that go on until they are interrupted. */
export function startCli(args: readonly string[], { env = {}, cwd, stdin }: RunOptions = {}): RunningCli {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: cwd ?? import.meta.dirname,
    env: { PATH, HOME, ...env },
  });
  let stdout = '';
  let stderr = '';
  let looking: () => void = () => {};
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    looking();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    looking();
  });
  child.stdin.on('error', () => {});
  child.stdin.end(stdin);
  const finished = once(child, 'close').then(
    ([code]): Finished => ({ code, stdout, stderr, json: <T>() => JSON.parse(stdout) as T }),
  );

  return {
    finished,
    child,
    waitForOutput: (pattern) =>
      new Promise((resolve, reject) => {
        const giveUp = (why: string) => reject(new Error(`${why} before ${pattern}:\n${stdout}\n${stderr}`));
        const timer = setTimeout(giveUp, PATIENCE_MS, 'the time was up');
        looking = () => {
          const match = pattern.exec(stdout + stderr);
          if (!match) return;
          clearTimeout(timer);
          resolve(match);
        };
        looking();
        void finished.then(() => giveUp('it ended'));
      }),
    interrupt() {
      child.kill('SIGINT');
      return finished;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await finished;
    },
  };
}
