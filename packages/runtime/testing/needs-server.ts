import { spawnSync } from 'node:child_process';
import { describe, test } from '@jest/globals';

export interface ServerProgram {
  /** The program as found on PATH. */
  readonly command: string;
  /** What a person types to get it. */
  readonly install: string;
}

/**
 * A `describe` for tests that start a real server program. Where the program is missing the tests show by name as skipped,
 * with the command that would provide it; with REQUIRE_SERVERS=1 (CI) that is a failure instead.
 */
export function describeWithServer(program: ServerProgram, name: string, tests: () => void): void {
  const hint = `needs ${program.command}: ${program.install}`;
  if (isInstalled(program.command)) {
    describe(name, tests);
  } else if (process.env.REQUIRE_SERVERS === '1') {
    describe(name, () => {
      test('finds the server program it needs', () => {
        throw new Error(hint);
      });
    });
  } else {
    describe.skip(`${name} (${hint})`, tests);
  }
}

function isInstalled(command: string): boolean {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).error === undefined;
}
