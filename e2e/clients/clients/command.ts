import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const bin = path.join(import.meta.dirname, '../node_modules/.bin');

/** Runs one of the installed commands in an empty home of its own, with no terminal and nothing on its input; what it printed. */
export async function runCommand(
  name: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const home = await mkdtemp(path.join(tmpdir(), 'holdfast-client-'));
  try {
    const running = run(path.join(bin, name), args, {
      cwd: home,
      env: { PATH: process.env.PATH, HOME: home, ...env },
      timeout: 50_000,
    });
    running.child.stdin?.end();
    return (await running).stdout;
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
