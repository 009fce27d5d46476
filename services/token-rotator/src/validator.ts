import type { Config, Endpoint, PoolToken } from '@holdfast/config/types';
import type { PoolEvent } from '@holdfast/core/tokens/pool-state';
import type { Logger } from '@holdfast/runtime/logger';
import type { Dispatcher } from 'undici';
import { type DueValidation, dueValidations } from './due-validations.ts';
import type { PoolBook, PoolEntry } from './pool-book.ts';
import { type ValidationResult, validateToken } from './validate-token.ts';

export interface ValidatorOptions {
  readonly config: () => Config;
  readonly book: PoolBook;
  readonly dispatcher: Dispatcher;
  readonly logger: Logger;
  readonly now: () => number;
  /** Where what was learned goes. */
  readonly submit: (pool: string, event: PoolEvent) => Promise<void>;
}

export interface Validator {
  /** Validates what is due, each occasion once. Never rejects. */
  runDue(): Promise<void>;
  /** Validates every invalid token now. Never rejects. */
  runInvalid(): Promise<void>;
  /** Validates every token of a pool now; null where the pool has no endpoint that may be probed. */
  validateAll(pool: string): Promise<Map<string, ValidationResult> | null>;
}

/** Calls at a time, over all pools: a validation never becomes a storm (FAULTS X01). */
const CONCURRENCY = 2;
/** A dead token whose validation told nothing is asked again after this. */
const ASK_AGAIN_MS = 60_000;
/** Occasions of the past need not be remembered for longer. */
const FORGET_AFTER_MS = 25 * 3_600_000;

export function createValidator({
  config,
  book,
  dispatcher,
  logger,
  now,
  submit,
}: ValidatorOptions): Validator {
  /** Occasion -> when it was taken. */
  const taken = new Map<string, number>();

  async function validate(
    endpoint: Endpoint,
    pool: string,
    token: PoolToken,
    cause: string,
  ): Promise<ValidationResult> {
    const { result, event } = await validateToken({
      endpoint,
      token,
      dispatcher,
      timeoutMs: config().health.timeoutMs,
      now,
    });
    logger.info({ pool, token: token.name, cause, result }, 'token validated');
    if (event) await submit(pool, { kind: 'token', token: token.name, event });
    return result;
  }

  function takeDue({ pool, state }: PoolEntry, nowMs: number): { due: DueValidation; token: PoolToken }[] {
    return dueValidations(state, nowMs).flatMap((due) => {
      const key = `${pool.name}\n${due.token}\n${due.occasion}`;
      const takenMs = taken.get(key);
      const isOpen = takenMs === undefined || (due.cause === 'dead' && nowMs - takenMs >= ASK_AGAIN_MS);
      const token = pool.tokens.find(({ name }) => name === due.token);
      if (!isOpen || !token) return [];
      taken.set(key, nowMs);
      return [{ due, token }];
    });
  }

  const notTold = () => {}; // the store is away, and what was learned will be learned again

  return {
    async runDue() {
      const nowMs = now();
      for (const [key, takenMs] of taken) if (nowMs - takenMs > FORGET_AFTER_MS) taken.delete(key);
      const calls = book.entries().flatMap((entry) => {
        const endpoint = probedEndpoint(config(), entry.pool.name);
        if (!endpoint) return [];
        return takeDue(entry, nowMs).map(
          ({ due, token }) =>
            () =>
              validate(endpoint, entry.pool.name, token, due.cause),
        );
      });
      await inParallel(calls).catch(notTold);
    },
    async runInvalid() {
      const calls = book.entries().flatMap(({ pool, state }) => {
        const endpoint = probedEndpoint(config(), pool.name);
        if (!endpoint) return [];
        const invalid = pool.tokens.filter(({ name }) => state.tokens[name]?.invalid);
        return invalid.map((token) => () => validate(endpoint, pool.name, token, 'restored'));
      });
      await inParallel(calls).catch(notTold);
    },
    async validateAll(name) {
      const entry = book.find(name);
      const endpoint = probedEndpoint(config(), name);
      if (!entry || !endpoint) return null;
      const results = new Map<string, ValidationResult>();
      const calls = entry.pool.tokens.map((token) => async () => {
        results.set(token.name, await validate(endpoint, name, token, 'asked'));
      });
      await inParallel(calls);
      return results;
    },
  };
}

/** The first endpoint that draws from the pool and may be probed. */
function probedEndpoint(config: Config, pool: string): Endpoint | null {
  const endpoints = config.clusters.flatMap(({ endpoints }) => endpoints);
  return (
    endpoints.find(
      ({ tokenPool, probe }) => tokenPool === pool && (probe ?? config.health.probe) !== 'none',
    ) ?? null
  );
}

async function inParallel(calls: readonly (() => Promise<unknown>)[]): Promise<void> {
  const queue = calls[Symbol.iterator]();
  const worker = async () => {
    for (const call of queue) await call();
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}
