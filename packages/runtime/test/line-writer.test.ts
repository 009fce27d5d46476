import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { createLineWriter } from '../src/line-writer.ts';

test('every line arrives once and in order, those of the last moment too', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-lines-'));
  const file = path.join(directory, 'log');
  const fd = openSync(file, 'w');
  try {
    const writer = createLineWriter({ fd });
    const lines = Array.from(
      { length: 5000 },
      (_, index) => `{"line":${index},"text":"${'é'.repeat(20)}"}\n`,
    );
    lines.splice(1000, 0, `${'€'.repeat(100_000)}\n`);
    for (const line of lines) {
      writer.write(line);
      if (line.includes('000,')) await new Promise((resolve) => setImmediate(resolve));
    }
    writer.close();
    const whole = lines.join('');
    for (let i = 0; i < 1000 && readFileSync(file, 'utf8').length < whole.length; i++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    const written = readFileSync(file, 'utf8').split('\n');
    expect([...written].sort()).toEqual([...whole.split('\n')].sort());
  } finally {
    closeSync(fd);
    rmSync(directory, { recursive: true });
  }
});
