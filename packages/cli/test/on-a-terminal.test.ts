import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describeWithServer } from '@holdfast/runtime/testing/needs-server';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { CANARY, type RunningSuite, startSuite } from './support/running-suite.ts';

// Each command is a process of its own.
jest.setTimeout(60_000);

const PROGRAM = { command: 'script', install: 'apt-get install -y bsdutils' };
const MAIN = path.resolve(import.meta.dirname, '../src/main.ts');

describeWithServer(PROGRAM, 'on a terminal', () => {
  let suite: RunningSuite;
  beforeAll(async () => {
    suite = await startSuite();
  });
  afterAll(async () => {
    await suite[Symbol.asyncDispose]();
  });

  /** Runs it on a pseudo-terminal; types Ctrl-C once the output will do. */
  async function onTerminal(
    args: string[],
    env: Record<string, string>,
    isEnough: (output: string) => boolean = () => false,
  ): Promise<string> {
    const command = [
      'stty cols 80; exec',
      process.execPath,
      MAIN,
      ...args,
      '--config',
      suite.configPath,
    ].join(' ');
    const child = spawn(PROGRAM.command, ['-qec', command, '/dev/null'], {
      env: { PATH: process.env.PATH, TERM: 'xterm', ...suite.env, ...env },
    });
    let output = '';
    let isTyped = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (isTyped || !isEnough(output)) return;
      isTyped = true;
      child.stdin.write('\x03');
    });
    const [code] = await once(child, 'close');
    expect(code).toBe(0);
    return output;
  }

  test('states are coloured, and with NO_COLOR they are not', async () => {
    expect(await onTerminal(['tokens'], {})).toContain('\x1b[32mavailable\x1b[39m');
    expect(await onTerminal(['tokens'], { NO_COLOR: '1' })).not.toContain('\x1b[');
  });

  test('nothing is wider than the terminal', async () => {
    for (const verb of [['status'], ['cluster', 'list'], ['tokens'], ['check']]) {
      const output = stripVTControlCharacters(await onTerminal(verb, { NO_COLOR: '1' }));
      expect(output.split(/\r?\n/).filter((line) => line.length > 80)).toEqual([]);
    }
  });

  test.each([
    [[], /^\d\d:\d\d:\d\d {2}rejected +unknown[^{]*404 model_not_found/m],
    [['--json'], /^\{"level":"info".*"outcome":"rejected".*"code":"model_not_found"/m],
  ])('serve %j prints requests readably, unless JSON is asked for', async (flags, line) => {
    let isAsked = false;
    const output = await onTerminal(
      ['serve', 'gateway', ...flags],
      { NO_COLOR: '1', HOLDFAST_GATEWAY_PORT: '0', HOLDFAST_ADMIN_PORT: '0' },
      (text) => {
        const url =
          /gateway is ready.*?(http:[\d.:/]+)/.exec(text) ?? /(http:[\d.:/]+).*gateway is ready/.exec(text);
        if (url && !isAsked) {
          isAsked = true;
          void fetch(`${url[1]}/v1/chat/completions`, {
            method: 'POST',
            headers: { 'content-type': 'application/json', authorization: `Bearer ${CANARY}-client` },
            body: JSON.stringify({ model: 'unknown', messages: [{ role: 'user', content: 'Hi' }] }),
          });
        }
        return line.test(text.replaceAll('\r', ''));
      },
    );
    expect(output.replaceAll('\r', '')).toMatch(line);
  });

  test('tokens watch draws its table anew every second, and Ctrl-C ends it with 0', async () => {
    const drawings = (output: string) => output.split('\x1b[H\x1b[J').slice(1);
    const output = await onTerminal(['tokens', 'watch'], {}, (text) => drawings(text).length === 3);
    for (const drawing of drawings(output).slice(0, 2)) {
      expect(drawing).toContain('Ctrl-C ends');
      expect(drawing).toMatch(/TOKEN_B +account-TOKEN_B/);
    }
  });
});
