import type { Cluster } from '@holdfast/config/types';
import { z } from 'zod';
import type { Fleet } from '../fleet.ts';
import type { Target } from '../target.ts';

/** What a caller got wrong: the field and a sentence. */
export interface BadInput {
  readonly param: string;
  readonly message: string;
}

const checkBody = z.strictObject({
  cluster: z.string().min(1).optional(),
  endpoint: z.string().min(1).optional(),
});

/** The cluster of `?cluster=`; the first one without it. */
export function chooseCluster(fleet: Fleet, name: unknown): Cluster | undefined | BadInput {
  const { clusters } = fleet.config;
  if (name === undefined) return clusters[0];
  return (
    clusters.find((cluster) => cluster.name === name) ??
    unknown(
      'cluster',
      clusters.map((cluster) => cluster.name),
    )
  );
}

/** The endpoints that the body of `POST /api/check` means: all, a cluster's, or those of a name (or `<cluster>/<name>`). */
export function chooseTargets(fleet: Fleet, body: unknown): Target[] | BadInput {
  const parsed = checkBody.safeParse(body ?? {});
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const key = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path[0];
    return {
      param: String(key ?? 'body'),
      message: `${key === undefined ? 'The body' : `'${String(key)}'`} is not valid: ${issue?.message}`,
    };
  }
  const { cluster, endpoint } = parsed.data;
  const inCluster = fleet.targets.filter(
    (target) => cluster === undefined || target.endpoint.cluster === cluster,
  );
  if (cluster !== undefined && inCluster.length === 0)
    return unknown(
      'cluster',
      fleet.config.clusters.map(({ name }) => name),
    );
  const chosen = inCluster.filter(
    ({ endpoint: { name, id } }) => endpoint === undefined || endpoint === name || endpoint === id,
  );
  if (chosen.length === 0)
    return unknown(
      'endpoint',
      inCluster.map(({ endpoint: { name } }) => name),
    );
  return chosen;
}

function unknown(param: string, known: readonly string[]): BadInput {
  return { param, message: `Unknown ${param}. There is: ${known.join(', ')}.` };
}

export const isBadInput = (value: object | undefined): value is BadInput =>
  value !== undefined && 'param' in value;
