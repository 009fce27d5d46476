import type { Endpoint } from '@holdfast/config/types';

/** An endpoint's own name for a model of the client's. */
export const upstreamModel = (endpoint: Pick<Endpoint, 'models'>, model: string): string =>
  Object.hasOwn(endpoint.models, model) ? endpoint.models[model]! : model;
