import { type FSWatcher, readFileSync, watch } from 'node:fs';
import path from 'node:path';
import type { Config } from './types.ts';

export interface WatchOptions {
  /** The file to watch; null: nothing is watched, only `reload()` loads. */
  readonly path: string | null;
  /** Loads and validates; throws when the configuration is wrong. */
  readonly load: () => Config;
  readonly current: Config;
  /** Puts a new configuration into effect. What it throws counts as a failed reload: the last good one stays. */
  readonly onChange: (config: Config) => void;
  readonly onError: (error: Error) => void;
  /** Quiet time in ms after a change before the file is read, so that a file still being written is not. */
  readonly settleMs?: number;
  /** How often the file is looked at besides, in ms: some mounts tell nobody about changes. */
  readonly pollMs?: number;
  readonly now?: () => number;
}

export interface ReloadStatus {
  /** Unix time in ms at which the configuration in effect was loaded. */
  readonly lastSuccessAt: number;
  /** Why the last reload failed; null when the configuration in effect is the newest. */
  readonly error: string | null;
}

export interface ConfigWatch {
  /** The last good configuration. */
  current(): Config;
  /** Loads again at once, also when the file looks unchanged (SIGHUP: variables and secret files may have changed). True: it is in effect. */
  reload(): boolean;
  status(): ReloadStatus;
  close(): void;
}

/**
 * Keeps the configuration up to date. The directory is watched rather than the file, which editors and volume mounts
 * replace by renaming; a file that is gone or empty for a moment is given time to come back.
 */
export function watchConfig({
  path: file,
  load,
  current,
  onChange,
  onError,
  settleMs = 100,
  pollMs = 5_000,
  now = Date.now,
}: WatchOptions): ConfigWatch {
  let config = current;
  let status: ReloadStatus = { lastSuccessAt: now(), error: null };
  let loadedText = file === null ? null : readText(file);
  let timer: NodeJS.Timeout | undefined;
  let absences = 0;

  const reload = () => {
    clearTimeout(timer);
    if (file !== null) loadedText = readText(file);
    try {
      const next = load();
      onChange(next);
      config = next;
      status = { lastSuccessAt: now(), error: null };
      return true;
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      status = { ...status, error: failure.message };
      onError(failure);
      return false;
    }
  };

  const look = () => {
    const text = readText(file!);
    if (!text && absences++ < ABSENCES_FORGIVEN) return settle();
    absences = 0;
    if (text !== loadedText) reload();
  };

  const settle = () => {
    clearTimeout(timer);
    timer = setTimeout(look, settleMs);
    timer.unref();
  };

  const watcher = file === null ? undefined : watchDirectory(path.dirname(file), settle);
  const poll =
    file === null ? undefined : setInterval(() => readText(file) !== loadedText && settle(), pollMs);
  poll?.unref();
  return {
    current: () => config,
    reload,
    status: () => status,
    close() {
      clearTimeout(timer);
      clearInterval(poll);
      watcher?.close();
    },
  };
}

/** Between unlink and rename a file is absent, between open and write it is empty: neither is a configuration to report on. */
const ABSENCES_FORGIVEN = 5;

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/** Undefined where there is nothing to be notified of (no directory, no more inotify watches): polling does it alone then. */
function watchDirectory(directory: string, changed: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(directory, { persistent: false }, changed);
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}
