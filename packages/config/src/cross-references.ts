import { isGlob, matchesGlob } from '@holdfast/core/glob';
import { DIALECTS, type Protocol } from '@holdfast/core/protocol';
import { personalities } from './built-in-personas.ts';
import type { KeyPath } from './key-path.ts';
import { asList, asMap, asText } from './loose.ts';
import { nearestName } from './nearest-name.ts';
import { PROVIDERS, providerOf } from './providers.ts';
import type { Check, Report } from './validate.ts';

/** `none` and `pending` stand for "no endpoint" in response headers and metrics. */
const RESERVED = new Set(['none', 'pending']);

/** Reports a model that no route leads to. */
type CheckModel = (path: KeyPath, model: unknown) => void;

/** What one part of the configuration says about another: every name must lead somewhere that can do what is asked of it. */
export const checkCrossReferences: Check = (value, report) => {
  const config = asMap(value);
  const clusters = asMap(config.clusters);
  const routes = asList(config.routes).map(asMap);
  if (Object.keys(clusters).length === 0 && 'clusters' in config)
    report(['clusters'], 'needs at least one cluster');

  for (const [name, cluster] of Object.entries(clusters))
    checkCluster(name, asMap(cluster), asMap(config.token_pools), report);
  if (routes.length === 0 && Object.keys(clusters).length > 1) {
    report(['routes'], 'is required with more than one cluster: which models go where?');
  }

  const routeOf = (model: string) => routes.find((route) => matchesGlob(asText(route.model) ?? '', model));
  const checkModel: CheckModel = (path, model) => {
    if (typeof model !== 'string' || routes.length === 0) return;
    const route = routeOf(model);
    if (isGlob(model)) {
      report(path, 'must be the exact name of a model, without * or ?');
    } else if (!route) {
      const models = routes.map((known) => asText(known.model) ?? '').filter((known) => !isGlob(known));
      report(path, 'is a model that no route leads to', nearestName(model, models));
    }
  };

  for (const [index, route] of routes.entries()) {
    const path = ['routes', index] as const;
    const cluster = asText(route.cluster);
    if (cluster === null) continue;
    if (!Object.hasOwn(clusters, cluster))
      report(
        [...path, 'cluster'],
        'is not the name of a cluster',
        nearestName(cluster, Object.keys(clusters)),
      );
    else
      asList(route.fallback_models).forEach((model, position) => {
        const at = [...path, 'fallback_models', position];
        if (model === route.model) report(at, 'is the same model again: a fallback has to lead elsewhere');
        else checkModel(at, model);
      });
  }

  for (const [name, persona] of Object.entries(asMap(config.personas)))
    checkPersona(name, asMap(persona), checkModel, report);
  checkPersonaPaths(asMap(config.personas), report);

  const tagging = asMap(config.tagging);
  checkModel(['tagging', 'model'], tagging.model);
  asList(tagging.fallback_models).forEach((model, index) => {
    checkModel(['tagging', 'fallback_models', index], model);
  });

  const { warning = 0.5, critical = 0.8 } = asMap(asMap(config.alerts).fallback_ratio);
  if (Number(warning) > Number(critical))
    report(['alerts', 'fallback_ratio', 'warning'], 'must not be above critical');
};

function checkCluster(
  name: string,
  cluster: Readonly<Record<string, unknown>>,
  pools: Readonly<Record<string, unknown>>,
  report: Report,
): void {
  if (RESERVED.has(name)) report(['clusters', name], 'is a reserved name', null, 'key');
  const seen = new Set<string>();
  for (const [index, item] of asList(cluster.endpoints).entries()) {
    const endpoint = asMap(item);
    const path = ['clusters', name, 'endpoints', index] as const;
    const endpointName = asText(endpoint.name);
    if (endpointName !== null) {
      if (RESERVED.has(endpointName)) report([...path, 'name'], 'is a reserved name');
      if (seen.has(endpointName))
        report([...path, 'name'], 'is the name of an endpoint above; names are unique within a cluster');
      seen.add(endpointName);
    }
    const pool = asText(endpoint.token_pool);
    if (pool !== null && !Object.hasOwn(pools, pool))
      report(
        [...path, 'token_pool'],
        'is not the name of a token pool',
        nearestName(pool, Object.keys(pools)),
      );
    if (pool !== null && 'api_key' in endpoint)
      report([...path, 'token_pool'], 'stands beside api_key: an endpoint has one or the other');
    checkProvider(endpoint, path, asText(cluster.protocol) ?? 'openai', report);
  }
}

/** Where an endpoint is must be known, and it cannot serve what its protocol has not. */
function checkProvider(
  endpoint: Readonly<Record<string, unknown>>,
  path: KeyPath,
  clusterProtocol: string,
  report: Report,
): void {
  const name = asText(endpoint.provider);
  const provider = providerOf(name);
  const isKnown = name === null || Object.hasOwn(PROVIDERS, name);
  if (provider.baseUrl === null && endpoint.base_url === undefined && isKnown)
    report([...path, 'base_url'], 'is required');
  const protocol = asText(endpoint.protocol) ?? provider.protocol ?? clusterProtocol;
  if (!Object.hasOwn(DIALECTS, protocol)) return;
  const served: readonly string[] = DIALECTS[protocol as Protocol];
  const known = new Set<unknown>(Object.values(DIALECTS).flat());
  asList(endpoint.dialects).forEach((dialect, index) => {
    if (known.has(dialect) && !served.includes(dialect as string))
      report([...path, 'dialects', index], `is no dialect of its protocol, which is ${protocol}`);
  });
}

function checkPersona(
  name: string,
  persona: Readonly<Record<string, unknown>>,
  checkModel: CheckModel,
  report: Report,
): void {
  checkModel(['personas', name, 'model'], persona.model);
  const known = { ...personalities, ...asMap(persona.personalities) };
  for (const key of Object.keys(asMap(persona.texts))) {
    const [, personality] = /^[^.]+\.(.+)$/.exec(key) ?? [];
    if (personality !== undefined && !Object.hasOwn(known, personality))
      report(
        ['personas', name, 'texts', key],
        'is for a personality that is not there',
        nearestName(personality, Object.keys(known)),
        'key',
      );
  }
  const chosen = asText(persona.default_personality);
  if (chosen !== null && !Object.hasOwn(known, chosen)) {
    report(
      ['personas', name, 'default_personality'],
      'is not one of the personalities',
      nearestName(chosen, Object.keys(known)),
    );
  }
}

function checkPersonaPaths(personas: Readonly<Record<string, unknown>>, report: Report): void {
  const seen = new Set(['/api/health', '/api/status', '/api/check-main-api', '/api/check']);
  for (const [name, persona] of Object.entries({ miku: {}, ...personas })) {
    const path = asText(asMap(persona).path) ?? `/api/${name}/chat`;
    if (seen.has(path)) report(['personas', name, 'path'], 'is the path of something else already');
    seen.add(path);
  }
}
