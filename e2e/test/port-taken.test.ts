import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { startSuiteProcess } from '../support/suite-process.ts';

test.each(['gateway', 'health-checker', 'token-rotator', 'tagger', 'all'] as const)(
  'serve %s on a port that is taken says so and ends, so that a supervisor can start it again',
  async (name) => {
    await using stack = new AsyncDisposableStack();
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    stack.defer(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const free = { port: 0 };
    const own = { port };
    await using suite = startSuiteProcess({
      args: ['serve', name],
      config: {
        server: { port: name === 'gateway' || name === 'all' ? port : 0, admin_port: 0 },
        services: {
          health_checker: name === 'health-checker' ? own : free,
          token_rotator: name === 'token-rotator' ? own : free,
          tagger: name === 'tagger' ? own : free,
        },
        database: { url: 'sqlite::memory:' },
        health: { probe: 'none' },
        clusters: {
          main: {
            protocol: 'openai',
            endpoints: [{ name: 'one', base_url: 'http://127.0.0.1:9/v1', api_key: 'sk-one' }],
          },
        },
        routes: [{ model: '*', cluster: 'main' }],
      },
    });
    expect(await suite.exit).toEqual({ code: 1, signal: null });
    expect(suite.output()).toContain(`holdfast: listen EADDRINUSE: address already in use 127.0.0.1:${port}`);
  },
  30_000,
);
