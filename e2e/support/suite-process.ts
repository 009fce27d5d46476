import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const CLI = path.join(root, 'packages/cli/src/main.ts');
/** After SIGTERM a process that does not end is killed; longer than any drain a caller configures for its tests. */
const GRACE_MS = 45_000;

/** What a user writes of `holdfast.yaml`, as an object. */
export type ConfigFile = Record<string, unknown>;

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One process of the suite, run as a user runs it. Disposing it ends it and removes its directory. */
export interface SuiteProcess extends AsyncDisposable {
  readonly pid: number;
  /** Its working directory and home of its configuration file. */
  readonly directory: string;
  readonly configPath: string;
  /** All it has printed, stdout and stderr. */
  output(): string;
  /** Resolves with the first match in the output; rejects when the process ends or the time is up. */
  waitForOutput(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>;
  /** Replaces the configuration file as editors do: a new file under the old name. */
  writeConfig(file: ConfigFile | string): void;
  signal(name: NodeJS.Signals): void;
  readonly exit: Promise<Exit>;
  readonly running: boolean;
  /** SIGTERM, then its end. */
  stop(): Promise<Exit>;
  /** `kill -9`, then its end. */
  kill(): Promise<Exit>;
}

export interface SuiteProcessOptions {
  /** Arguments of `./holdfast`; `--config` follows when there is a configuration. */
  readonly args: readonly string[];
  readonly config?: ConfigFile | string;
  readonly env?: NodeJS.ProcessEnv;
  /** Options of Node itself. */
  readonly nodeOptions?: readonly string[];
}

/** Starts it; it is not ready yet when this returns. */
export function startSuiteProcess({
  args,
  config,
  env = {},
  nodeOptions = [],
}: SuiteProcessOptions): SuiteProcess {
  const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-e2e-'));
  const configPath = path.join(directory, 'holdfast.yaml');
  const logPath = path.join(directory, 'output.log');
  const write = (file: ConfigFile | string) =>
    writeFileSync(configPath, typeof file === 'string' ? file : JSON.stringify({ version: 1, ...file }));
  if (config !== undefined) write(config);

  // A file rather than a pipe: the log of a gateway under load is no work for the process that measures it.
  const log = openSync(logPath, 'a');
  const child: ChildProcess = spawn(
    process.execPath,
    [...nodeOptions, CLI, ...args, ...(config === undefined ? [] : ['--config', configPath])],
    { cwd: directory, env: { ...bareEnvironment(), ...env }, stdio: ['ignore', log, log] },
  );
  closeSync(log);
  const exit: Promise<Exit> = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const output = () => readFileSync(logPath, 'utf8');

  async function end(signal: NodeJS.Signals): Promise<Exit> {
    if (!isRunning()) return exit;
    const late = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
    child.kill('SIGCONT');
    child.kill(signal);
    const result = await exit;
    clearTimeout(late);
    return result;
  }

  return {
    pid: child.pid!,
    directory,
    configPath,
    output,
    async waitForOutput(pattern, timeoutMs = 20_000) {
      const deadline = performance.now() + timeoutMs;
      for (;;) {
        const match = pattern.exec(output());
        if (match) return match;
        if (!isRunning()) throw new Error(`the process ended without printing ${pattern}:\n${output()}`);
        if (performance.now() > deadline) throw new Error(`nothing printed like ${pattern}:\n${output()}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    writeConfig: write,
    signal: (name) => void child.kill(name),
    exit,
    get running() {
      return isRunning();
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    async [Symbol.asyncDispose]() {
      await end('SIGTERM');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** What is set here for other purposes configures nothing. */
function bareEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR, LANG } = process.env;
  return { PATH, HOME, TMPDIR, LANG };
}
