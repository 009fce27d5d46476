import type { Config } from '@holdfast/config/types';
import { type Answer, type CallOptions, call, NoAnswer } from './call.ts';
import { ServiceAway, ServiceRefused } from './service-error.ts';
import { type ServiceName, serviceUrl } from './service-name.ts';

/** The running suite, found by the configuration and called with its keys. */
export interface SuiteClient {
  /** The service's answer with a 2xx status; rejects with ServiceAway or ServiceRefused. `T` is what the service's code says it sends. */
  ask<T>(service: ServiceName, path: string, options?: Omit<CallOptions, 'headers'>): Promise<T>;
  /** Its `/readyz` (of the gateway: `/health`), or null when it does not answer. */
  readiness(service: ServiceName): Promise<Readiness | null>;
}

export interface Readiness {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, string>>;
}

/** Services whose API the gateway also proxies, for where only its port can be reached (compose). */
const PROXIED: ReadonlySet<ServiceName> = new Set(['health-checker', 'token-rotator']);

export function createSuiteClient(config: Config): SuiteClient {
  const { adminKeys, clientKeys } = config.server;
  const key = (adminKeys[0] ?? clientKeys[0])?.key;
  const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };

  async function reach(service: ServiceName, path: string, options: CallOptions): Promise<Answer> {
    const url = serviceUrl(config, service);
    try {
      return await call(url + path, options);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      const proxied = PROXIED.has(service)
        ? await call(config.services.gateway.url + path, options).catch(() => null)
        : null;
      if (proxied === null || proxied.status === 503) throw new ServiceAway(service, url, error.message);
      return proxied;
    }
  }

  return {
    async ask<T>(service: ServiceName, path: string, options: CallOptions = {}) {
      const { status, body } = await reach(service, path, { ...options, headers });
      if (status < 200 || status > 299) throw new ServiceRefused(service, status, messageOf(body));
      if (typeof body !== 'object' || body === null)
        throw new ServiceAway(service, serviceUrl(config, service), 'something else answers there');
      return body as T;
    },
    async readiness(service) {
      const path = service === 'gateway' ? '/health' : '/readyz';
      const answer = await call(serviceUrl(config, service) + path).catch(() => null);
      if (answer === null || typeof answer.body !== 'object' || answer.body === null) return null;
      const { checks = {} } = answer.body as { checks?: Record<string, string> };
      return { ready: answer.status === 200, checks };
    },
  };
}

function messageOf(body: unknown): string {
  const message = (body as { error?: { message?: unknown } } | null)?.error?.message;
  return typeof message === 'string' ? message : 'no reason given';
}
