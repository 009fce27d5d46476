import { isGlob, matchesGlob } from '@holdfast/core/glob';
import type { Routing } from '../states/routing.ts';

export interface ModelList {
  readonly object: 'list';
  readonly data: readonly ModelEntry[];
  readonly has_more: false;
  readonly first_id: string | null;
  readonly last_id: string | null;
}

/** Fields of OpenAI's and of Anthropic's list in one entry, so that both SDKs read it. */
export interface ModelEntry {
  readonly id: string;
  readonly object: 'model';
  readonly created: number;
  readonly owned_by: string;
  readonly type: 'model';
  readonly display_name: string;
  readonly created_at: string;
}

/**
 * The names a client may ask for: exact ones of routes and fallback models, those that endpoints map, and for globs what
 * probes found at the route's endpoints. `found`: models by endpoint id, in the endpoint's naming.
 */
export function listModels({ config }: Routing, found: ReadonlyMap<string, readonly string[]>): ModelList {
  const names = new Set<string>();
  for (const { model, fallbackModels } of config.routes) {
    for (const name of [model, ...fallbackModels]) if (!isGlob(name)) names.add(name);
  }
  for (const { endpoints } of config.clusters) {
    for (const { models } of endpoints) for (const name of Object.keys(models)) names.add(name);
  }
  for (const { model, cluster } of config.routes.filter((route) => isGlob(route.model))) {
    const endpoints = config.clusters.find(({ name }) => name === cluster)?.endpoints ?? [];
    for (const { id, models } of endpoints) {
      const mapped = new Set(Object.values(models));
      for (const name of found.get(id) ?? [])
        if (!mapped.has(name) && matchesGlob(model, name)) names.add(name);
    }
  }
  const data = [...names].map(entryFor);
  return {
    object: 'list',
    data,
    has_more: false,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  };
}

export function entryFor(id: string): ModelEntry {
  return {
    id,
    object: 'model',
    created: 0,
    owned_by: 'holdfast',
    type: 'model',
    display_name: id,
    created_at: '1970-01-01T00:00:00Z',
  };
}
