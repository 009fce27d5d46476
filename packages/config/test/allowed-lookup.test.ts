import { get } from 'node:http';
import { createServer, type LookupFunction } from 'node:net';
import { expect, test } from '@jest/globals';
import { allowedLookup } from '../src/allowed-lookup.ts';

/** A name service that knows every name under the same addresses. */
const leadingTo =
  (...addresses: string[]): LookupFunction =>
  (_hostname, options, callback) =>
    options.all
      ? callback(
          null,
          addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        )
      : callback(null, addresses[0]!, 4);

const call = (port: number, ...addresses: string[]) =>
  new Promise<number | string | undefined>((resolve) => {
    const lookup = allowedLookup(leadingTo(...addresses));
    get({ host: 'provider.test', port, lookup, agent: false }, (response) => resolve(response.statusCode)).on(
      'error',
      (error: NodeJS.ErrnoException) => resolve(error.code),
    );
  });

test('a name that leads to a link-local address is not reached, whatever else it leads to', async () => {
  let calls = 0;
  const server = createServer((socket) => {
    calls++;
    socket.end('HTTP/1.1 204 No Content\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  try {
    expect(await call(port, '127.0.0.1')).toBe(204);
    for (const address of ['169.254.169.254', 'fe80::1', '::ffff:169.254.169.254', 'fd00:ec2::254']) {
      expect(await call(port, address)).toBe('EHOSTUNREACH');
      expect(await call(port, '127.0.0.1', address)).toBe('EHOSTUNREACH');
    }
    expect(calls).toBe(1);
  } finally {
    server.close();
  }
});
