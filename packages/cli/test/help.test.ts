import { version } from '@holdfast/runtime/version';
import { expect, jest, test } from '@jest/globals';
import { helpFor } from '../src/help.ts';
import { VERBS } from '../src/verbs.ts';
import { runCli } from './support/run-cli.ts';

// Each command is a process of its own.
jest.setTimeout(60_000);

test('help names every verb there is, and exits with 0', async () => {
  for (const args of [[], ['help'], ['--help']]) {
    const { code, stdout } = await runCli(args);
    expect(code).toBe(0);
    for (const verb of Object.keys(VERBS)) expect(stdout).toMatch(new RegExp(`^ {2}${verb}\\b`, 'm'));
  }
});

test('every verb has help of its own', async () => {
  for (const verb of Object.keys(VERBS))
    expect(helpFor(verb)).toMatch(new RegExp(`^Usage: ./holdfast ${verb}\\b`));
  const { code, stdout } = await runCli(['drill', '--help']);
  expect(code).toBe(0);
  expect(stdout).toContain('--scenario NAME');
});

test('an unknown command or option is wrong usage: exit 2, and the nearest name', async () => {
  const command = await runCli(['stauts']);
  expect(command.code).toBe(2);
  expect(command.stderr).toContain("there is no command 'stauts' (did you mean 'status'?)");
  const option = await runCli(['status', '--jsno']);
  expect(option.code).toBe(2);
  expect(option.stderr).toContain("Unknown option '--jsno' (did you mean '--json'?)");
});

test.each([
  [['help', 'drll'], "'drill'"],
  [['cluster', 'lsit'], "'list'"],
  [['cluster', 'list', 'mian'], "'main'"],
  [['tokens', 'rotaet'], "'rotate'"],
  [['alerts', 'tset'], "'test'"],
  [['drill', '--scenario', 'primary-ded'], "'primary-dead'"],
  [['drill', '--cluster', 'cluade'], "'claude'"],
  [['tail', '--outcome', 'fallbak'], "'fallback'"],
  [['serve', 'gatway'], "'gateway'"],
])('%p names the nearest word, and says how to learn more without a page of help', async (args, nearest) => {
  const { code, stdout, stderr } = await runCli(args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(`(did you mean ${nearest}?)`);
  expect(stderr.split('\n').length).toBeLessThan(6);
});

test('help fits a terminal of 80 columns', async () => {
  const { stdout } = await runCli(['help']);
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

test('--version tells the version of the suite', async () => {
  const { code, stdout } = await runCli(['--version']);
  expect([code, stdout]).toEqual([0, `${version}\n`]);
});

test('a configuration that is not valid stops every verb with its problems: exit 2', async () => {
  const { code, stderr } = await runCli(['status', '--config', 'not-there.yaml']);
  expect(code).toBe(2);
  expect(stderr).toContain('not-there.yaml  cannot be read (ENOENT)');
});
