import type { Verdict } from '@holdfast/core/verdict';
import type { Dialect } from '@holdfast/dialects/dialect';
import { translate } from '@holdfast/dialects/translate/translate';
import type { Translated, Translation } from '@holdfast/dialects/translate/translation';
import type { Exchange } from '../ingress/exchange.ts';
import { modelsFor } from '../plan/models-for.ts';
import type { EndpointRuntime } from '../states/endpoint-runtime.ts';
import { upstreamModel } from '../states/upstream-model.ts';
import type { Made } from './make-attempt.ts';
import { mayAskForUsage } from './metering.ts';

/** A request in other dialects than its client's, by dialect and model: each is made once. */
export type Translations = Map<string, Translated>;

type Asked = Pick<Exchange, 'dialect' | 'body' | 'routing' | 'startedMs' | 'translations'>;

/** The request as the endpoint is told it, or why it cannot be; null where it is told in the client's own dialect. */
function translationAt(asked: Asked, runtime: EndpointRuntime, model: string): Translated | null {
  const dialect = runtime.dialects[asked.dialect.name];
  return dialect === null || dialect === asked.dialect
    ? null
    : translated(asked, dialect, upstreamModel(runtime.endpoint, model), mayAskForUsage(runtime));
}

function translated(asked: Asked, to: Dialect, model: string, streamUsage: boolean): Translated {
  const { dialect, body, routing, startedMs } = asked;
  asked.translations ??= new Map();
  const key = `${to.name} ${streamUsage} ${model}`;
  let known = asked.translations.get(key);
  if (!known) {
    const { modelLimits } = routing.config;
    const maxOutput = Object.hasOwn(modelLimits, model) ? modelLimits[model]!.maxOutput : null;
    known = translate(dialect.name, to.name, body, {
      model,
      maxOutput,
      streamUsage,
      askedAt: Math.floor(startedMs / 1000),
    });
    asked.translations.set(key, known);
  }
  return known;
}

/**
 * Whether an endpoint can be told the request. One that has another dialect than the client cannot go on with a stream
 * that broke off: its own words would have to be told back and forth.
 */
export function canBeTold(exchange: Exchange, runtime: EndpointRuntime, model: string): boolean {
  const dialect = runtime.dialects[exchange.dialect.name];
  if (dialect === exchange.dialect) return true;
  if (dialect === null || exchange.resume?.spoken) return false;
  return translationAt(exchange, runtime, model)!.kind === 'translated';
}

/** How to tell the endpoint, who can be told; null where nothing needs translation. */
export function tellingAt(asked: Asked, runtime: EndpointRuntime, model: string): Translation | null {
  const made = translationAt(asked, runtime, model);
  return made?.kind === 'translated' ? made.translation : null;
}

export type Untellable = Extract<Translated, { kind: 'refused' }>;

/** Why no endpoint of any model can be told the request; null when one can. */
export function whyUntellable(exchange: Exchange): Untellable | null {
  let first: Untellable | null = null;
  for (const { model, route } of modelsFor(exchange)) {
    for (const runtime of route.cluster.endpoints) {
      if (canBeTold(exchange, runtime, model)) return null;
      const made = translationAt(exchange, runtime, model);
      if (made?.kind === 'refused') first ??= made;
    }
  }
  return first;
}

/** What one provider refuses in our words, another may take in the client's own: only what all refuse is wrong. */
export function verdictOnTelling(exchange: Exchange, { plan, model }: Made, verdict: Verdict): Verdict {
  const isRefusal = verdict.retry === 'stop' && verdict.passThrough;
  return isRefusal && tellingAt(exchange, plan.runtime, model) ? { ...verdict, retry: 'endpoint' } : verdict;
}
