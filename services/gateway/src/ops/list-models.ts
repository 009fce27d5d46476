import { isGlob } from '@holdfast/core/glob';
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

/** The exact names a client may ask for: of routes, of fallback models, and of the endpoints' own lists. */
export function listModels({ config }: Routing): ModelList {
  const names = new Set<string>();
  for (const { model, fallbackModels } of config.routes)
    for (const name of [model, ...fallbackModels]) if (!isGlob(name)) names.add(name);
  for (const { endpoints } of config.clusters)
    for (const { models } of endpoints) for (const name of Object.keys(models)) names.add(name);
  const data = [...names].map(
    (id): ModelEntry => ({
      id,
      object: 'model',
      created: 0,
      owned_by: 'holdfast',
      type: 'model',
      display_name: id,
      created_at: '1970-01-01T00:00:00Z',
    }),
  );
  return {
    object: 'list',
    data,
    has_more: false,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  };
}
