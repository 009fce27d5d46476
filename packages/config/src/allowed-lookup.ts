import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isForbiddenAddress } from './base-url.ts';

/**
 * The name service as connections to upstreams use it: a name that leads to an address no request may go to is not reached.
 * It is asked once per connection, so what was checked is what is connected to. `resolve` is `dns.lookup`'s stand-in in tests.
 */
export function allowedLookup(resolve: LookupFunction = lookup as LookupFunction): LookupFunction {
  return (hostname, options, callback) =>
    resolve(hostname, options, (error, found, family) => {
      const addresses = Array.isArray(found) ? found.map(({ address }) => address) : [found];
      if (error === null && addresses.some(isForbiddenAddress)) callback(unreachable(hostname), '');
      else callback(error, found, family);
    });
}

function unreachable(hostname: string): NodeJS.ErrnoException {
  const error = new Error(`${hostname} leads to a link-local address, which is never called`);
  return Object.assign(error, { code: 'EHOSTUNREACH' });
}
