import { allowedLookup } from '@holdfast/config/allowed-lookup';
import type { ProbeKind } from '@holdfast/config/policies';
import type { Cluster, Config, Endpoint, Protocol, TokenPool } from '@holdfast/config/types';
import { isGlob, matchesGlob } from '@holdfast/core/glob';
import type { Dialect, DialectName } from '@holdfast/dialects/dialect';
import { dialects } from '@holdfast/dialects/dialects';
import { Pool } from 'undici';
import { mayChat } from './probe/model-names.ts';

/** An endpoint with everything that probing it takes. */
export interface Target {
  readonly endpoint: Endpoint;
  readonly kind: ProbeKind;
  readonly pool: Pool;
  readonly dialect: Dialect;
  readonly tokenPool: TokenPool | null;
  /** This endpoint's names for the models it is configured for. */
  readonly ownModels: readonly string[];
  /** The model to talk to; null: one that its own list names. */
  readonly chatModel: string | null;
  /** The globs of the routes that lead here, for a choice among the models it lists. */
  readonly globs: readonly string[];
  /** Each chat takes from a quota of the day that clients need. */
  readonly metered: boolean;
}

/** More is no answer to a probe. OpenRouter's list of models is about half a megabyte. */
const MAX_RESPONSE_BYTES = 16 * 1024 * 1024;

/** How one talks in a protocol. Who serves no talk has a list of models at most. */
const CHAT = {
  openai: 'openai-chat',
  anthropic: 'anthropic-messages',
} as const satisfies Record<Protocol, DialectName>;

/** The targets of a configuration, in its order, by endpoint id. */
export function buildTargets(config: Config): Map<string, Target> {
  const targets = config.clusters.flatMap((cluster) =>
    cluster.endpoints.map((endpoint) => buildTarget(config, cluster, endpoint)),
  );
  return new Map(targets.map((target) => [target.endpoint.id, target]));
}

function buildTarget(config: Config, { name: cluster }: Cluster, endpoint: Endpoint): Target {
  const routes = config.routes.filter((route) => route.cluster === cluster);
  const asked = [
    ...Object.keys(endpoint.models),
    ...routes.flatMap(({ model, fallbackModels }) => [model, ...fallbackModels]),
  ].filter((model) => !isGlob(model) && mayChat(endpoint.models[model] ?? model));
  const clientModel = asked[0] ?? null;
  const chatModel = clientModel === null ? null : (endpoint.models[clientModel] ?? clientModel);
  const limits = [clientModel, chatModel].map((model) =>
    model === null ? undefined : config.modelLimits[model],
  );
  const dialect = dialects[CHAT[endpoint.protocol]];
  const kind = endpoint.probe ?? config.health.probe;
  return {
    endpoint,
    kind: endpoint.dialects.includes(dialect.name) || kind === 'none' ? kind : 'models',
    pool: new Pool(new URL(endpoint.baseUrl).origin, {
      connect: {
        timeout: Math.min(config.timeouts.connectMs, config.health.timeoutMs),
        lookup: allowedLookup(),
      },
      headersTimeout: 0,
      bodyTimeout: 0,
      maxResponseSize: MAX_RESPONSE_BYTES,
      allowH2: false,
    }),
    dialect,
    tokenPool: config.tokenPools.find(({ name }) => name === endpoint.tokenPool) ?? null,
    ownModels: Object.values(endpoint.models),
    chatModel,
    globs: routes.map(({ model }) => model).filter(isGlob),
    metered: limits.some((limit) => limit !== undefined && limit.rpd !== null),
  };
}

/** The model to talk to: the configured one, else the first listed one that a route would ask for. */
export function chatModelFor(target: Target, listed: readonly string[]): string | null {
  if (target.chatModel !== null) return target.chatModel;
  const able = listed.filter(mayChat);
  return able.find((model) => target.globs.some((glob) => matchesGlob(glob, model))) ?? able[0] ?? null;
}
