import type { Config, Endpoint } from '@holdfast/config/types';
import { type EndpointMemory, newMemory } from './endpoint-memory.ts';
import { buildTargets, type Target } from './target.ts';

/** The endpoints of the configuration in use, and what is known of each. */
export interface Fleet {
  readonly config: Config;
  readonly targets: readonly Target[];
  target(id: string): Target | undefined;
  memory(id: string): EndpointMemory;
  /** Takes a new configuration; what is known of an endpoint that stays the same is kept. */
  apply(config: Config): { readonly added: readonly Target[]; readonly removedIds: readonly string[] };
  close(): Promise<void>;
}

export function createFleet(first: Config): Fleet {
  let config = first;
  let targets = buildTargets(first);
  let memories = new Map<string, EndpointMemory>();
  for (const [id, { endpoint }] of targets) memories.set(id, newMemory(endpoint.weight));

  return {
    get config() {
      return config;
    },
    get targets() {
      return [...targets.values()];
    },
    target: (id) => targets.get(id),
    memory: (id) => memories.get(id)!,
    apply(next) {
      const old = { targets, memories };
      config = next;
      targets = buildTargets(next);
      memories = new Map();
      const added: Target[] = [];
      for (const [id, target] of targets) {
        const before = old.targets.get(id);
        const known =
          before && isSameUpstream(before.endpoint, target.endpoint) ? old.memories.get(id)! : null;
        if (!known) added.push(target);
        // A weight that was set anew counts at once.
        else if (before!.endpoint.weight !== target.endpoint.weight) known.weight = target.endpoint.weight;
        memories.set(id, known ?? newMemory(target.endpoint.weight));
      }
      // Probes under way end on their own connections.
      for (const { pool } of old.targets.values()) pool.close().catch(() => {});
      return { added, removedIds: [...old.targets.keys()].filter((id) => !targets.has(id)) };
    },
    async close() {
      await Promise.all([...targets.values()].map(({ pool }) => pool.destroy()));
    },
  };
}

/** Whether what was found about one still holds for the other. */
function isSameUpstream(a: Endpoint, b: Endpoint): boolean {
  return UPSTREAM.every((key) => JSON.stringify(a[key]) === JSON.stringify(b[key]));
}

const UPSTREAM = [
  'baseUrl',
  'apiKey',
  'tokenPool',
  'protocol',
  'authHeader',
  'query',
  'modelsPath',
  'dialects',
  'headers',
  'models',
  'probe',
] as const satisfies readonly (keyof Endpoint)[];
