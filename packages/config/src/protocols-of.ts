import type { Cluster } from './types.ts';

/** What the endpoints of a cluster speak, for people: `openai`, or `openai, anthropic` where they differ. */
export const protocolsOf = ({ endpoints }: Pick<Cluster, 'endpoints'>): string =>
  [...new Set(endpoints.map(({ protocol }) => protocol))].join(', ');
