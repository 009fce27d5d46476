import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { TestConfigOptions } from './test-config.ts';

/** A tagger in a process of its own. Disposing it kills it. */
export interface TaggerProcess extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** `kill -9`; resolves when it is gone. */
  kill(): Promise<void>;
}

export interface SpawnOptions {
  /** Largest file the process may write, in KiB, until `prlimit` says otherwise: a full disk. */
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
  return { url, pid: child.pid!, kill, [Symbol.asyncDispose]: kill };
}
