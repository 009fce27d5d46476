import type { Config } from '@holdfast/config/types';

/** The gateway's admin port counts as a service of its own: it may be away while clients are served. */
export type ServiceName = 'gateway' | 'gateway admin' | 'health-checker' | 'token-rotator' | 'tagger';

/** Where the configuration says that a service is. */
export function serviceUrl({ services }: Config, name: ServiceName): string {
  return {
    gateway: services.gateway.url,
    'gateway admin': services.gateway.adminUrl,
    'health-checker': services.healthChecker.url,
    'token-rotator': services.tokenRotator.url,
    tagger: services.tagger.url,
  }[name];
}
