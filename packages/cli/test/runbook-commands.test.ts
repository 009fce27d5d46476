import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { helpFor } from '../src/help.ts';
import { VERBS } from '../src/verbs.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const pages = readdirSync(path.join(root, 'docs/runbooks')).map((file): [string, string] => [
  file,
  readFileSync(path.join(root, 'docs/runbooks', file), 'utf8'),
]);
const commands = pages.flatMap(([file, text]) =>
  [...text.matchAll(/\.\/holdfast ([a-z][^`#|\n]*)/g)].map(([, command]) => [file, command!.trim()] as const),
);

test.each(commands)('%s: ./holdfast %s is a command there is', (_file, command) => {
  const [verb, ...rest] = command.split(/\s+/);
  expect(Object.keys(VERBS)).toContain(verb);
  const [usage] = helpFor(verb!).split('\n', 1);
  for (const [index, word] of rest.entries()) {
    if (word.startsWith('--')) expect(helpFor(verb!)).toContain(`    ${word} `);
    else if (!rest[index - 1]?.startsWith('--')) expect(usage).toMatch(new RegExp(`\\b${word}\\b`));
  }
});

test('the log lines that runbooks look for are lines that the services write', () => {
  const patterns = pages.flatMap(([file, text]) =>
    [...text.matchAll(/docker compose logs[^`\n]*? (\S+) \| grep (?:-[ciE]+ )?'([^']+)'/g)].map(
      ([, service, pattern]) => [file, service!, pattern!] as const,
    ),
  );
  expect(patterns.length).toBeGreaterThan(4);
  for (const [file, service, pattern] of patterns) {
    const folder = path.join(root, 'services', service, 'src');
    const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(path.join(folder, name), 'utf8'))
      .join('\n');
    // Fields are written as JSON.
    for (const words of pattern.replace(/"(\w+)":.*/, '$1').split('|'))
      expect({ file, words, found: sources.includes(words) }).toEqual({ file, words, found: true });
  }
});
