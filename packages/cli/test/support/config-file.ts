import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** What a user writes of `holdfast.yaml`, as an object or as text. */
export type ConfigFile = Record<string, unknown> | string;

export interface WrittenConfig extends Disposable {
  readonly directory: string;
  readonly path: string;
}

/** A configuration file in a directory of its own. */
export function writeConfig(file: ConfigFile): WrittenConfig {
  const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-cli-'));
  const config = path.join(directory, 'holdfast.yaml');
  writeFileSync(config, typeof file === 'string' ? file : JSON.stringify({ version: 1, ...file }));
  return {
    directory,
    path: config,
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}
