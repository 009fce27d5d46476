import type { ServiceName } from './service-name.ts';

/** A process of the suite that a verb needs does not answer; the exit code is 2. */
export class ServiceAway extends Error {
  override readonly name = 'ServiceAway';
  readonly service: string;
  readonly url: string;

  constructor(service: string, url: string, why: string) {
    super(`${service} does not answer at ${url} (${why}). Is the suite running with this configuration?`);
    this.service = service;
    this.url = url;
  }
}

/** It answered, but refused. `status`: of its response. */
export class ServiceRefused extends Error {
  override readonly name = 'ServiceRefused';
  readonly service: ServiceName;
  readonly status: number;

  constructor(service: ServiceName, status: number, message: string) {
    super(`${service} refused (${status}): ${message}${status === 401 ? KEY_HINT : ''}`);
    this.service = service;
    this.status = status;
  }
}

const KEY_HINT =
  ' The command line sends the first of server.admin_keys (else client_keys) of its own configuration, or of HOLDFAST_ADMIN_KEYS.';
