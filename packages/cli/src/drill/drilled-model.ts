import type { Config, Route } from '@holdfast/config/types';
import { isGlob, matchesGlob } from '@holdfast/core/glob';

/** What a drill's client asks for, and the route that serves it. */
export interface DrilledModel {
  readonly model: string;
  readonly route: Route;
}

/** The route of a model, as the gateway finds it: the first that matches. */
export function routeOf({ routes }: Config, model: string): Route | undefined {
  return routes.find((route) => matchesGlob(route.model, model));
}

/** A model that leads to the cluster by the first route there; null when no route does. */
export function modelFor(config: Config, cluster: string): DrilledModel | null {
  const { endpoints } = config.clusters.find(({ name }) => name === cluster)!;
  const known = endpoints.flatMap(({ models }) => Object.keys(models));
  for (const route of config.routes.filter((candidate) => candidate.cluster === cluster)) {
    const names = isGlob(route.model)
      ? [...known.filter((name) => matchesGlob(route.model, name)), exampleOf(route.model)]
      : [route.model];
    const model = names.find((name) => routeOf(config, name) === route);
    if (model !== undefined) return { model, route };
  }
  return null;
}

/** Some name that the glob matches. */
const exampleOf = (glob: string) => glob.replaceAll('*', 'drill').replaceAll('?', 'x');
