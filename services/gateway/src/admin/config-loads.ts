import { iso } from './iso.ts';

/** How the loading of the configuration went: since when the one in use is, and why the one on disk is not. */
export interface ConfigStatus {
  readonly source: string;
  readonly loaded_at: string;
  /** Null: what is on disk is in use. */
  readonly error: string | null;
  readonly failed_at: string | null;
}

export interface ConfigLoads {
  succeeded(source: string): void;
  failed(reason: string): void;
  status(): ConfigStatus;
}

/** A process runs only once it has loaded one. */
export function createConfigLoads(source: string, now: () => number): ConfigLoads {
  const loaded = (from: string): ConfigStatus => ({
    source: from,
    loaded_at: iso(now()),
    error: null,
    failed_at: null,
  });
  let status = loaded(source);
  return {
    succeeded(from) {
      status = loaded(from);
    },
    failed(reason) {
      status = { ...status, error: reason, failed_at: iso(now()) };
    },
    status: () => status,
  };
}
