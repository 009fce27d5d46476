import type { Config } from '@holdfast/config/types';

/** Names of models whose context window this request has proved too small for. */
export type TooSmall = readonly string[];

/**
 * Whether an endpoint's name for a model promises a larger window than those that refused the request as too long (FAULTS
 * P02). The endpoints of a cluster are interchangeable, so the same model has the same window wherever it runs; of another
 * one it is hoped, unless published limits say otherwise.
 */
export function mayFit(name: string, tooSmall: TooSmall, limits: Config['modelLimits']): boolean {
  const window = limitOf(name, limits);
  return tooSmall.every((refused) => {
    if (bare(refused) === bare(name)) return false;
    const known = limitOf(refused, limits);
    return window === null || known === null || window > known;
  });
}

const limitOf = (name: string, limits: Config['modelLimits']): number | null =>
  Object.hasOwn(limits, name) ? limits[name]!.maxInput : null;

/** Aggregators put the maker before the name: `openai/gpt-4o`. */
const bare = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
