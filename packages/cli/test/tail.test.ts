import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { RequestLine } from '@holdfast/gateway/access-log';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { writeConfig } from './support/config-file.ts';
import { runCli } from './support/run-cli.ts';
import { CANARY, type RunningSuite, startSuite } from './support/running-suite.ts';

// Each command is a process of its own.
jest.setTimeout(60_000);

describe('tail of a running gateway', () => {
  let suite: RunningSuite;
  beforeAll(async () => {
    suite = await startSuite();
    expect(await suite.chat('gpt-4o', { 'x-request-id': 'req-first' })).toBe(200);
    expect(await suite.chat('free-model', { 'x-request-id': 'req-free' })).toBe(200);
    suite.simulator.behave('primary', [{ fault: 'bad_request' }, {}]);
    expect(await suite.chat('gpt-4o', { 'x-request-id': 'req-rejected' })).toBe(400);
  });
  afterAll(async () => {
    await suite[Symbol.asyncDispose]();
  });

  const ids = (stdout: string) => [...stdout.matchAll(/req-[a-z]+$/gm)].map(([id]) => id);

  test('--no-follow prints the latest requests, oldest first', async () => {
    const { code, stdout } = await suite.run('tail', '--no-follow');
    expect(code).toBe(0);
    expect(ids(stdout)).toEqual(['req-first', 'req-free', 'req-rejected']);
    expect(stdout).toMatch(/^\d\d:\d\d:\d\d {2}primary +gpt-4o +main +primary +\d+ ms .*req-first$/m);
    expect(ids((await suite.run('tail', '--no-follow', '--lines', '1')).stdout)).toEqual(['req-rejected']);
  });

  test.each([
    [['--model', 'free-*'], ['req-free']],
    [
      ['--cluster', 'main'],
      ['req-first', 'req-rejected'],
    ],
    [['--outcome', 'rejected,canned'], ['req-rejected']],
    [['--errors'], ['req-rejected']],
    [['--errors', '--cluster', 'tokens'], []],
    [['--endpoint', 'pooled'], ['req-free']],
    [['--request', 'req-first'], ['req-first']],
  ])('%j shows only those', async (filter, shown) => {
    expect(ids((await suite.run('tail', '--no-follow', ...filter)).stdout)).toEqual(shown);
  });

  test('follows: new requests appear with the trail of their attempts, until Ctrl-C', async () => {
    await using tail = suite.start('tail', '--lines', '1');
    await tail.waitForOutput(/req-rejected/);
    suite.simulator.behave('primary', [{ fault: 'nginx_502' }, {}]);
    await suite.chat('gpt-4o', { 'x-request-id': 'req-fallback' });
    await tail.waitForOutput(
      /fallback +gpt-4o .*\[primary 502 server_error .* > secondary ok .*req-fallback/,
    );
    const { code, stdout } = await tail.interrupt();
    expect(code).toBe(0);
    expect(ids(stdout)).toEqual(['req-rejected', 'req-fallback']);
  });

  test('--json prints each request as one line of JSON, without prompt or key', async () => {
    const { stdout } = await suite.run('tail', '--no-follow', '--json', '--model', 'free-*');
    const line: RequestLine = JSON.parse(stdout);
    expect(line).toMatchObject({
      request_id: 'req-free',
      cluster: 'tokens',
      outcome: 'primary',
      attempts: 1,
    });
    expect(line.trail).toMatchObject([{ endpoint: 'pooled', token: 'TOKEN_A', result: 'ok' }]);
    expect(stdout).not.toContain(CANARY);
  });

  test('an outcome that does not exist is wrong usage', async () => {
    const { code, stderr } = await suite.run('tail', '--outcome', 'broken');
    expect(code).toBe(2);
    expect(stderr).toContain('there is: primary, fallback');
  });
});

describe('tail of a log', () => {
  const line = (id: string, outcome: string) =>
    JSON.stringify({
      level: 'info',
      service: 'gateway',
      msg: 'request',
      time: '2026-11-21T08:00:00.000Z',
      request_id: id,
      client: 'app',
      cluster: 'main',
      model: 'gpt-4o',
      endpoint: 'primary',
      outcome,
      stream: false,
      attempts: 1,
      duration_ms: 12,
      first_content_ms: null,
      overhead_ms: 0.3,
      usage: null,
      trail: [],
    });
  const log = [
    '{"level":"info","msg":"configuration reloaded"}',
    line('req-a', 'primary'),
    'Holdfast is ready.',
    `gateway-1  | ${line('req-b', 'exhausted')}`,
    '{"level":"info","msg":"request"',
    '',
  ].join('\n');

  test('stdin: only the requests, filtered, whatever stands around them', async () => {
    const all = await runCli(['tail', '-'], { stdin: log });
    expect(all.code).toBe(0);
    expect(all.stdout.match(/req-\w/g)).toEqual(['req-a', 'req-b']);
    const errors = await runCli(['tail', '-', '--errors'], { stdin: log });
    expect(errors.stdout.match(/req-\w/g)).toEqual(['req-b']);
  });

  test('a file: the same; one that cannot be read is wrong usage', async () => {
    using files = writeConfig({});
    const file = path.join(files.directory, 'gateway.log');
    writeFileSync(file, log);
    expect((await runCli(['tail', file, '--outcome', 'primary'])).stdout.match(/req-\w/g)).toEqual(['req-a']);
    const missing = await runCli(['tail', `${file}.not`]);
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain('cannot be read (ENOENT)');
  });
});
