import type { Config } from '@holdfast/config/types';

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost|)$/;

/**
 * Inside the stack the gateway must listen on every address, so its own guard (loopback only without client keys) cannot
 * see where compose publishes it. This is that guard: null, or what to do about an open gateway that others can reach.
 */
export function checkExposure(config: Config, bindAddress: string, openOnPurpose: boolean): string | null {
  if (LOOPBACK.test(bindAddress) || config.server.clientKeys.length > 0 || openOnPurpose) return null;
  return (
    `BIND_ADDR=${bindAddress} lets other machines use your providers without a key: ` +
    'set HOLDFAST_CLIENT_KEYS (or server.client_keys), or OPEN_ON_PURPOSE=true'
  );
}
