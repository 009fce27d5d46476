import { isGlob } from '@holdfast/core/glob';
import type { Cluster, Route } from './types.ts';

/**
 * The model that personas and tagging use when they name none: the first exact name among the routes, then a fallback
 * model, then a name that an endpoint maps. Null when every name is a glob.
 */
export function firstExactModel(routes: readonly Route[], clusters: readonly Cluster[]): string | null {
  return (
    routes.find(({ model }) => !isGlob(model))?.model ??
    routes.flatMap(({ fallbackModels }) => fallbackModels)[0] ??
    clusters.flatMap(({ endpoints }) => endpoints.flatMap(({ models }) => Object.keys(models)))[0] ??
    null
  );
}
