import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';

/** CPU time in microseconds and resident memory in KiB of one process, from /proc. */
export function usageOf(pid: number): { cpuUs: number; rssKiB: number } {
  let cpuUs = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    cpuUs += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]) / 1000;
  }
  const rss = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return { cpuUs, rssKiB: Number(rss?.[1] ?? 0) };
}

/** Starts a process on one core, so that what is measured and what measures do not share one. */
export function startOn(core: number, command: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn('taskset', ['-c', String(core), ...command], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Runs a process to its end and returns what it printed. */
export async function outputOf(core: number, command: readonly string[]): Promise<string> {
  const child = startOn(core, command);
  let text = '';
  child.stdout!.on('data', (data) => {
    text += data;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}`);
  return text;
}

export async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

/** Milliseconds until `url` answers 200 to a chat request. */
export async function untilAnswering(url: string): Promise<number> {
  const startedMs = performance.now();
  const body = JSON.stringify({ model: 'json:700', messages: [{ role: 'user', content: 'ready?' }] });
  while (performance.now() - startedMs < 20_000) {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    }).catch(() => null);
    await answer?.arrayBuffer();
    if (answer?.status === 200) return performance.now() - startedMs;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`${url} did not answer within 20 s`);
}
