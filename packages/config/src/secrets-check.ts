import { isIP } from 'node:net';
import { variablesMatching } from './build-token-pools.ts';
import { asList, asMap, asText } from './loose.ts';
import type { Check } from './validate.ts';

/** Who may get in, and what we have to get in elsewhere: doors that would stand open, keys that do nothing. */
export const checkSecrets =
  (env: NodeJS.ProcessEnv): Check =>
  (value, report) => {
    const config = asMap(value);
    const server = asMap(config.server);
    const host = asText(server.host) ?? '127.0.0.1';
    const allowOpen = server.allow_open === true || server.allow_open === 'true';
    if (asList(server.client_keys).length === 0 && !isLoopback(host) && !allowOpen) {
      report(
        ['server', 'host'],
        'lets other machines in, and there are no client_keys: add some, listen on 127.0.0.1, or set allow_open: true',
      );
    }

    for (const list of ['client_keys', 'admin_keys']) {
      const keys = asList(server[list]).map((entry) => asText(entry) ?? asText(asMap(entry).key));
      reportRepeats(keys, (index) => report(['server', list, index], 'is the same key as one above'));
      const names = asList(server[list]).map((entry) => asText(asMap(entry).name));
      reportRepeats(names, (index) => report(['server', list, index, 'name'], 'is the name of a key above'));
    }

    for (const [name, item] of Object.entries(asMap(config.token_pools))) {
      const pool = asMap(item);
      const tokens = asList(pool.tokens).map(asMap);
      const path = ['token_pools', name] as const;
      reportRepeats(
        tokens.map((token) => asText(token.name)),
        (index) => report([...path, 'tokens', index, 'name'], 'is the name of a token above'),
      );
      reportRepeats(
        tokens.map((token) => asText(token.value)),
        (index) => report([...path, 'tokens', index, 'value'], 'is the same token as one above'),
      );
      const pattern = asText(pool.from_env);
      if (tokens.length > 0) continue;
      if (pattern === null) report([...path], 'has no tokens: list some, or name variables with from_env');
      else if (variablesMatching(pattern, env).length === 0)
        report([...path, 'from_env'], 'matches no environment variable, and no tokens are listed');
    }
  };

function reportRepeats(values: readonly (string | null)[], report: (index: number) => void): void {
  values.forEach((value, index) => {
    if (value && values.indexOf(value) < index) report(index);
  });
}

/** True when only this machine can reach a listener on `host`. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
