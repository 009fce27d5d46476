import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface ProcessUsage {
  readonly rssMiB: number;
  readonly fds: number;
  readonly sockets: number;
}

/** Resident memory and open descriptors of a process, from /proc. */
export function usageOf(pid: number): ProcessUsage {
  const rss = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  const fds = readdirSync(`/proc/${pid}/fd`);
  const sockets = fds.filter((fd) => linkOf(`/proc/${pid}/fd/${fd}`).startsWith('socket:'));
  return { rssMiB: Number(rss?.[1] ?? 0) / 1024, fds: fds.length, sockets: sockets.length };
}

/** A descriptor may close between the listing and the look. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
