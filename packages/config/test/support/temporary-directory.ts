import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A directory that removes itself, with a writer for files in it. */
export function temporaryDirectory() {
  const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-config-'));
  return {
    directory,
    write(name: string, content: string): string {
      const file = path.join(directory, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, content);
      return file;
    },
    [Symbol.dispose]() {
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
