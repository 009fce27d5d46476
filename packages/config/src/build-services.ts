import { isIPv6 } from 'node:net';
import type { ParsedConfig } from './schema.ts';
import type { Config, NamedKey, ServiceAddress } from './types.ts';

export function buildServer(server: ParsedConfig['server']): Config['server'] {
  return {
    host: server.host,
    port: server.port,
    adminPort: server.admin_port,
    clientKeys: server.client_keys.map(namedKey),
    adminKeys: server.admin_keys.map(namedKey),
    allowOpen: server.allow_open,
    maxBodyBytes: server.max_body,
    drainTimeoutMs: server.drain_timeout,
  };
}

const namedKey = (entry: ParsedConfig['server']['client_keys'][number], index: number): NamedKey =>
  typeof entry === 'string' ? { name: `key-${index + 1}`, key: entry } : entry;

/** Addresses of the processes. Where no URL is given, it is the port on the gateway's host, on loopback if that host is a wildcard. */
export function buildServices({ server, services }: ParsedConfig): Config['services'] {
  const host = server.host === '0.0.0.0' || server.host === '::' ? '127.0.0.1' : server.host;
  const onPort = (port: number) => `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
  const address = ({ port, url }: { port: number; url?: string | undefined }): ServiceAddress => ({
    port,
    url: withoutSlash(url ?? onPort(port)),
  });
  const gatewayUrl = withoutSlash(services.gateway.url ?? onPort(server.port));
  return {
    gateway: {
      url: gatewayUrl,
      adminUrl: withoutSlash(services.gateway.admin_url ?? atPort(gatewayUrl, server.admin_port)),
    },
    healthChecker: address(services.health_checker),
    tokenRotator: address(services.token_rotator),
    tagger: address(services.tagger),
    simulator: { ...address(services.simulator), enabled: services.simulator.enabled },
  };
}

const withoutSlash = (url: string) => url.replace(/\/+$/, '');

/** The admin listener is on the gateway's machine, and always plain HTTP. */
const atPort = (url: string, port: number) => `http://${new URL(url).hostname}:${port}`;
