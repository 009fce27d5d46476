import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ServerProgram } from '@holdfast/runtime/testing/needs-server';
import type { TestConfigOptions } from './test-config.ts';

/** A tagger in a process of its own. Disposing it kills it. */
export interface TaggerProcess extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** `kill -9`; resolves when it is gone. */
  kill(): Promise<void>;
  /** Makes room on the full disk. */
  liftFileLimit(): void;
}

/** What `fileLimitKib` and `liftFileLimit` take. */
export const fileLimitProgram: ServerProgram = {
  command: 'prlimit',
  install: 'apt-get install -y util-linux',
};

export interface SpawnOptions {
  /** Largest file the process may write, in KiB: a full disk. */
  readonly fileLimitKib?: number;
}

const program = fileURLToPath(new URL('./tagger-process.ts', import.meta.url));

export async function spawnTagger(
  config: TestConfigOptions,
  { fileLimitKib }: SpawnOptions = {},
): Promise<TaggerProcess> {
  const limit = fileLimitKib === undefined ? '' : `ulimit -S -f ${fileLimitKib} && `;
  const child = spawn(
    'bash',
    ['-c', `${limit}exec "$0" "$@"`, process.execPath, program, JSON.stringify(config)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const [url] = await Promise.race([
    once(lines, 'line') as Promise<[string]>,
    exited.then(([code]) => {
      throw new Error(`the tagger ended with ${code} at its start`);
    }),
  ]);
  const kill = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  const pid = child.pid!;
  return {
    url,
    pid,
    kill,
    liftFileLimit: () =>
      void execFileSync(fileLimitProgram.command, ['--pid', String(pid), '--fsize=unlimited']),
    [Symbol.asyncDispose]: kill,
  };
}
