import type { Verdict } from '@holdfast/core/verdict';
import type { Logger } from '@holdfast/runtime/logger';
import type { EndpointRuntime } from './endpoint-runtime.ts';

/**
 * Tells a provider whose name is gone from a name service that is gone: when no name can be found, nobody is to blame but our
 * own resolver (FAULTS N02).
 */
export interface NameService {
  /** Passes on the blame for an attempt: at once, when it is known that names can be found at all, or never. */
  judge(runtime: EndpointRuntime, verdict: Verdict, blame: () => void): void;
}

/** For so long another name that was found proves that names are. */
const PROOF_MS = 10_000;

export function createNameService({
  logger,
  now,
  endpoints,
}: {
  logger: Logger;
  now: () => number;
  endpoints: () => Iterable<EndpointRuntime>;
}): NameService {
  const lost = new Map<string, () => void>();
  let proofHostname = '';
  let proofUntilMs = 0;
  let told = false;

  const isOnlyName = (hostname: string): boolean => {
    for (const { connections } of endpoints())
      if (connections.hostname !== null && connections.hostname !== hostname) return false;
    return true;
  };

  return {
    judge({ connections: { hostname } }, verdict, blame) {
      if (hostname === null || verdict.result === 'aborted') return blame();
      if (verdict.code !== 'N02') {
        proofHostname = hostname;
        proofUntilMs = now() + PROOF_MS;
        blame();
        lost.delete(hostname);
        if (lost.size === 0) return;
        for (const late of lost.values()) late();
        lost.clear();
        told = false;
        return;
      }
      if (isOnlyName(hostname) || (proofHostname !== hostname && now() < proofUntilMs)) return blame();
      lost.set(hostname, blame);
      if (lost.size > 1 && !told) {
        told = true;
        logger.error(
          { hosts: lost.size },
          'no host name can be found: the name service fails, nobody is blamed',
        );
      }
    },
  };
}
