import type { Gateway } from '../gateway.ts';
import type { Exchange } from '../ingress/exchange.ts';
import { serve } from '../pipeline.ts';
import { giveUp } from '../plan/plan.ts';
import { respondFailure } from '../respond/respond-failure.ts';
import { respondStored } from '../respond/respond-stored.ts';
import { MAX_ANSWER_BYTES } from './answer-cache.ts';
import { isFresh, mayReplaceFailure, type StoredAnswer } from './stored-answer.ts';
import { worthKeeping } from './worth-keeping.ts';

/**
 * Serves a request of a route that caches: from memory, with the answer that an equal request is just getting, from the
 * shared store, or through the pipeline, whose answer is then kept.
 */
export async function serveCached(exchange: Exchange, gateway: Gateway): Promise<void> {
  const { answers, metrics } = gateway;
  const key = exchange.options.bypassCache ? null : answers.keyFor(exchange);
  if (key === null) {
    label(exchange, 'bypass');
    metrics.cache('bypass');
    return serve(exchange, gateway);
  }
  const remembered = answers.recall(key);
  if (remembered && isFresh(remembered, exchange.route.route.cache, gateway.now())) {
    metrics.cache('hit');
    return respondStored(exchange, gateway, remembered, 'hit');
  }
  const leader = answers.running.get(key);
  const shared = leader && (await follow(exchange, gateway, leader));
  if (shared) {
    metrics.cache('coalesced');
    return respondStored(exchange, gateway, shared, 'hit');
  }
  await lead(exchange, gateway, key, remembered);
}

/** Asks for itself, and for whoever asks the same meanwhile. */
async function lead(
  exchange: Exchange,
  gateway: Gateway,
  key: string,
  remembered: StoredAnswer | null,
): Promise<void> {
  const { running } = gateway.answers;
  const { promise, resolve } = Promise.withResolvers<StoredAnswer | null>();
  // Of several whose leader failed only one is the next; the others go their own way, as fast as ever.
  const leads = !running.has(key);
  if (leads) running.set(key, promise);
  let answer: StoredAnswer | null = null;
  try {
    answer = await obtain(exchange, gateway, key, remembered);
  } finally {
    if (leads) running.delete(key);
    resolve(answer);
  }
}

/** Answers the client; resolves with the answer when it may be given to others. */
async function obtain(
  exchange: Exchange,
  gateway: Gateway,
  key: string,
  remembered: StoredAnswer | null,
): Promise<StoredAnswer | null> {
  const { answers, metrics } = gateway;
  const policy = exchange.route.route.cache;
  const found = (await answers.recallShared(key)) ?? remembered;
  if (found && isFresh(found, policy, gateway.now())) {
    metrics.cache('hit');
    respondStored(exchange, gateway, found, 'hit');
    return found;
  }
  label(exchange, 'miss');
  if (found && !exchange.options.honest && mayReplaceFailure(found, policy, gateway.now()))
    exchange.stale = found;
  const heard = record(exchange);
  if (exchange.cancelled) respondFailure(exchange, gateway, [], giveUp('cancelled'));
  else await serve(exchange, gateway);
  metrics.cache(exchange.served.cache === 'stale' ? 'stale' : 'miss');

  const bytes = heard();
  if (bytes === null || !worthKeeping(exchange, bytes)) return null;
  const { cluster, endpoint, fallback, dropped } = exchange.served;
  const answer: StoredAnswer = {
    key,
    storedAtMs: gateway.now(),
    bytes: copy(bytes),
    cluster,
    endpoint,
    fallback: fallback === 'endpoint' ? 'endpoint' : 'none',
    dropped,
  };
  answers.keep(answer, policy.ttlMs + policy.staleIfErrorMs);
  return answer;
}

/**
 * Waits for an equal request's answer, no longer than for an endpoint's: its client may be slow, or its luck bad. Null when
 * there is none to be had.
 */
async function follow(
  exchange: Exchange,
  gateway: Gateway,
  leader: Promise<StoredAnswer | null>,
): Promise<StoredAnswer | null> {
  const startedMs = gateway.now();
  const untilMs = Math.min(exchange.deadlineMs, startedMs + exchange.route.route.timeouts.firstContentMs);
  let timer: NodeJS.Timeout | undefined;
  const called = new Promise<null>((resolve) => {
    // A timer of a busy process may be early, and then there would seem to be time for a call.
    const look = () => {
      const leftMs = untilMs - gateway.now();
      if (leftMs <= 0) resolve(null);
      else timer = setTimeout(look, Math.ceil(leftMs));
    };
    look();
    exchange.wake = () => resolve(null);
  });
  const answer = await Promise.race([leader, called]);
  clearTimeout(timer);
  exchange.wake = null;
  exchange.elsewhereMs += gateway.now() - startedMs;
  return exchange.cancelled ? null : answer;
}

/** Listens to what the client gets; the returned function tells all of it, or null when that is too much or nothing. */
function record(exchange: Exchange): () => Buffer | null {
  const { stream } = exchange;
  if (stream === null) return () => exchange.answer;
  const events: Buffer[] = [];
  let size = 0;
  stream.tap = (bytes) => {
    size += bytes.length;
    if (size <= MAX_ANSWER_BYTES) events.push(bytes);
    else events.length = 0;
  };
  return () => (size > 0 && size <= MAX_ANSWER_BYTES ? Buffer.concat(events, size) : null);
}

/** Bytes from the network lie in a larger piece of memory, which would stay with them. */
function copy(bytes: Buffer): Buffer {
  const own = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(own);
  return own;
}

function label(exchange: Exchange, cache: 'miss' | 'bypass'): void {
  exchange.served = { ...exchange.served, cache };
}
