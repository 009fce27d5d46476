import type { Config, Endpoint } from './types.ts';

/**
 * What the configuration is, for logs and the admin page. Built from an allow-list: no value of a key, token or header
 * is in it, addresses come without credentials.
 */
export function describeConfig(config: Config) {
  const { server, services, state, database } = config;
  return {
    source: config.source,
    server: {
      host: server.host,
      port: server.port,
      adminPort: server.adminPort,
      clientKeys: server.clientKeys.map(({ name }) => name),
      adminKeys: server.adminKeys.map(({ name }) => name),
      allowOpen: server.allowOpen,
      maxBodyBytes: server.maxBodyBytes,
      drainTimeoutMs: server.drainTimeoutMs,
    },
    services,
    state: state.redisUrl === null ? 'in-process' : withoutCredentials(state.redisUrl),
    database: withoutCredentials(database.url),
    retry: config.retry,
    timeouts: config.timeouts,
    breaker: config.breaker,
    health: config.health,
    throttle: config.throttle,
    rateLimit: config.rateLimit,
    cache: config.cache,
    fallback: {
      mode: config.fallback.mode,
      status: config.fallback.status,
      texts: config.fallback.texts.length,
    },
    tokenPools: config.tokenPools.map(({ name, strategy, tokens, maxFailures, blockForMs }) => ({
      name,
      strategy,
      maxFailures,
      blockForMs,
      tokens: tokens.map((token) => ({ name: token.name, account: token.account })),
    })),
    clusters: config.clusters.map(({ name, protocol, strategy, endpoints }) => ({
      name,
      protocol,
      strategy,
      endpoints: endpoints.map(describeEndpoint),
    })),
    routes: config.routes.map(({ model, cluster, fallbackModels }) => ({ model, cluster, fallbackModels })),
    modelLimits: Object.keys(config.modelLimits).length,
    personas: config.personas.map(({ name, path, model }) => ({ name, path, model })),
    tagging: config.tagging,
    alerts: config.alerts,
  };
}

function describeEndpoint(endpoint: Endpoint) {
  const {
    name,
    provider,
    baseUrl,
    protocol,
    dialects,
    tokenPool,
    priority,
    weight,
    timeoutMs,
    maxFailures,
    maxConcurrency,
    models,
    probe,
  } = endpoint;
  return {
    name,
    provider,
    baseUrl,
    protocol,
    dialects,
    credential:
      tokenPool === null ? (endpoint.apiKey === null ? 'none' : 'api key') : `token pool ${tokenPool}`,
    priority,
    weight,
    timeoutMs,
    maxFailures,
    maxConcurrency,
    models,
    headers: Object.keys(endpoint.headers),
    probe,
  };
}

/** Without user name, password and query, which may hold either. A comma list of addresses is treated one by one. */
function withoutCredentials(urls: string): string {
  return urls
    .split(',')
    .map((url) => url.replace(/^([a-z+-]+:\/\/)?.*@/i, '$1').replace(/[?#].*$/, ''))
    .join(',');
}
