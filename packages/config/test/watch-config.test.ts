import { EventEmitter, once } from 'node:events';
import { mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ConfigError } from '../src/config-error.ts';
import { loadConfig } from '../src/load-config.ts';
import { watchConfig } from '../src/watch-config.ts';
import { CLUSTER } from './support/load-yaml.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

const onPort = (port: number) => `server: { port: ${port} }\n${CLUSTER}\n`;

/** A watched holdfast.yaml, and the outcome of each reload as an awaitable event: a port, or a ConfigError. */
function startWatch({ settleMs = 10, pollMs = 60_000, env = {} as NodeJS.ProcessEnv } = {}) {
  const files = temporaryDirectory();
  const file = files.write('holdfast.yaml', onPort(1));
  const events = new EventEmitter();
  const outcomes: (number | Error)[] = [];
  const load = () => loadConfig({ path: file, env, cwd: files.directory });
  const record = (outcome: number | Error) => {
    outcomes.push(outcome);
    events.emit('outcome', outcome);
  };
  const watch = watchConfig({
    path: file,
    load,
    current: load(),
    onChange: ({ server }) => record(server.port),
    onError: record,
    settleMs,
    pollMs,
  });
  return {
    file,
    watch,
    outcomes,
    /** The outcome of the reload that `change` brings about. */
    async after(change: () => void): Promise<number | Error> {
      const next = once(events, 'outcome');
      change();
      return (await next)[0];
    },
    replace(text: string) {
      writeFileSync(`${file}.new`, text);
      renameSync(`${file}.new`, file);
    },
    [Symbol.dispose]() {
      watch.close();
      files[Symbol.dispose]();
    },
  };
}

describe('a watched configuration', () => {
  test('100 valid and 100 invalid changes in turn: each valid one takes effect, each invalid one leaves the last good one', async () => {
    using watched = startWatch();
    for (let port = 1001; port <= 1100; port++) {
      expect(await watched.after(() => watched.replace(onPort(port)))).toBe(port);
      expect(watched.watch.status().error).toBeNull();

      const error = await watched.after(() => watched.replace(`server: { prot: ${port} }\n${CLUSTER}`));
      expect(error).toBeInstanceOf(ConfigError);
      expect(watched.watch.current().server.port).toBe(port);
      expect(watched.watch.status().error).toContain(
        'holdfast.yaml:1:11  server.prot  unknown key (did you mean "port"?)',
      );
    }
    expect(watched.outcomes).toHaveLength(200);
  }, 60_000);

  test('a file that is written in place, in two halves, is read when it is whole', async () => {
    using watched = startWatch({ settleMs: 100 });
    const whole = `${onPort(7)}retry: { max_attempts: 2 }\n`;
    const outcome = await watched.after(() => {
      writeFileSync(watched.file, whole.slice(0, 30));
      writeFileSync(watched.file, whole);
    });
    expect([outcome, watched.outcomes.length]).toEqual([7, 1]);
  });

  test('a file that is gone for a moment while it is replaced is no error', async () => {
    using watched = startWatch({ settleMs: 30 });
    const outcome = await watched.after(() => {
      unlinkSync(watched.file);
      setImmediate(() => writeFileSync(watched.file, onPort(8)));
    });
    expect([outcome, watched.outcomes.length]).toEqual([8, 1]);
  });

  test('a file that stays away, or empty, is an error; the last good configuration stays, and its return is seen', async () => {
    using watched = startWatch({ settleMs: 5 });
    expect(await watched.after(() => unlinkSync(watched.file))).toMatchObject({
      message: expect.stringContaining('cannot be read (ENOENT)'),
    });
    expect(watched.watch.current().server.port).toBe(1);
    expect(await watched.after(() => writeFileSync(watched.file, onPort(9)))).toBe(9);
    expect(await watched.after(() => writeFileSync(watched.file, ''))).toBeInstanceOf(ConfigError);
    expect(await watched.after(() => writeFileSync(watched.file, onPort(10)))).toBe(10);
  });

  test('a mount that swaps a directory behind a symbolic link is followed', async () => {
    using files = temporaryDirectory();
    files.write('v1/holdfast.yaml', onPort(1));
    files.write('v2/holdfast.yaml', onPort(2));
    symlinkSync('v1', path.join(files.directory, 'data'));
    const file = path.join(files.directory, 'holdfast.yaml');
    symlinkSync('data/holdfast.yaml', file);
    const events = new EventEmitter();
    const load = () => loadConfig({ path: file, env: {}, cwd: files.directory });
    const watch = watchConfig({
      path: file,
      load,
      current: load(),
      onChange: (config) => events.emit('port', config.server.port),
      onError: () => {},
      settleMs: 5,
    });
    const changed = once(events, 'port');
    symlinkSync('v2', path.join(files.directory, 'data.new'));
    renameSync(path.join(files.directory, 'data.new'), path.join(files.directory, 'data'));
    expect(await changed).toEqual([2]);
    watch.close();
  });

  test('where nobody tells of changes, looking now and then finds them', async () => {
    using files = temporaryDirectory();
    const directory = path.join(files.directory, 'later');
    const file = path.join(directory, 'holdfast.yaml');
    const current = loadConfig({ cwd: '/', env: {} });
    const events = new EventEmitter();
    // The directory does not exist yet, so it cannot be watched.
    const watch = watchConfig({
      path: file,
      load: () => loadConfig({ path: file, env: {} }),
      current,
      onChange: (config) => events.emit('port', config.server.port),
      onError: () => {},
      settleMs: 5,
      pollMs: 20,
    });
    const changed = once(events, 'port');
    mkdirSync(directory);
    writeFileSync(file, onPort(3));
    expect(await changed).toEqual([3]);
    watch.close();
    rmSync(directory, { recursive: true });
  });
});

describe('reload on demand', () => {
  test('loads at once, also an unchanged file: a variable may have changed', () => {
    const env: NodeJS.ProcessEnv = {};
    using watched = startWatch({ env });
    env.HOLDFAST_GATEWAY_PORT = '77';
    expect(watched.watch.reload()).toBe(true);
    expect(watched.outcomes).toEqual([77]);
    expect(watched.watch.current().server.port).toBe(77);
  });

  test('a configuration that cannot be put into effect counts as failed: the last good one stays', () => {
    using files = temporaryDirectory();
    const file = files.write('holdfast.yaml', onPort(1));
    const load = () => loadConfig({ path: file, env: {}, cwd: files.directory });
    const errors: string[] = [];
    const clock = { now: 1000 };
    const watch = watchConfig({
      path: file,
      load,
      current: load(),
      onChange: () => {
        throw new Error('no such thing');
      },
      onError: ({ message }) => errors.push(message),
      now: () => clock.now,
    });
    writeFileSync(file, onPort(2));
    clock.now = 2000;
    expect(watch.reload()).toBe(false);
    expect(errors).toEqual(['no such thing']);
    expect(watch.current().server.port).toBe(1);
    expect(watch.status()).toEqual({ lastSuccessAt: 1000, error: 'no such thing' });
    watch.close();
  });

  test('without a file it still works', () => {
    const current = loadConfig({ cwd: '/', env: {} });
    const ports: number[] = [];
    const watch = watchConfig({
      path: null,
      load: () => loadConfig({ cwd: '/', env: { HOLDFAST_GATEWAY_PORT: '5' } }),
      current,
      onChange: (config) => ports.push(config.server.port),
      onError: () => {},
    });
    expect(watch.reload()).toBe(true);
    expect(ports).toEqual([5]);
    watch.close();
  });
});
