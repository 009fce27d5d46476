import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { readVariables } from '../src/file-twins.ts';
import { loadConfig } from '../src/load-config.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-twins-'));
afterAll(() => rmSync(directory, { recursive: true }));
const file = (name: string, text: string) => {
  const full = path.join(directory, name);
  writeFileSync(full, text);
  return full;
};

describe('a variable and its _FILE twin', () => {
  test('a variable comes from the environment or from the file, without the last line break', () => {
    const env = { A: 'plain', B_FILE: file('b', 'from a file\n'), C: '', OTHER: 'not asked for' };
    expect(readVariables(['A', 'B', 'C'], env)).toEqual({
      values: { A: 'plain', B: 'from a file' },
      problems: [],
    });
  });

  test('both at once, an empty file and an absent one are problems that name the twin', () => {
    const env = {
      A: 'x',
      A_FILE: '/x',
      B_FILE: file('empty', '\n'),
      C_FILE: path.join(directory, 'absent'),
    };
    const { values, problems } = readVariables(['A', 'B', 'C'], env);
    expect(values).toEqual({});
    expect(problems).toEqual([
      { variable: 'A_FILE', message: 'is set, and so is A: keep one' },
      { variable: 'B_FILE', message: expect.stringContaining('empty') },
      { variable: 'C_FILE', message: expect.stringContaining('ENOENT') },
    ]);
  });
});

describe('the configuration', () => {
  test('takes a secret from the file that its twin names', () => {
    const env = { REDIS_URL_FILE: file('redis', 'redis://holdfast:pw@redis:6379\n') };
    expect(loadConfig({ env, cwd: directory }).state.redisUrl).toBe('redis://holdfast:pw@redis:6379');
  });

  test('refuses to go on without a secret whose file is missing', () => {
    const env = { REDIS_URL_FILE: path.join(directory, 'absent') };
    expect(() => loadConfig({ env, cwd: directory })).toThrow(/REDIS_URL_FILE.*cannot be read/);
  });
});
