import { randomUUID } from 'node:crypto';
import type { Config } from '@holdfast/config/types';
import { steadyNow } from '@holdfast/runtime/clock';
import { createLifecycle } from '@holdfast/runtime/lifecycle';
import { listen } from '@holdfast/runtime/listen';
import type { Logger } from '@holdfast/runtime/logger';
import type { Readiness } from '@holdfast/runtime/ops-routes';
import { keyGuards } from '@holdfast/runtime/require-key';
import { everyInterval, onCron } from '@holdfast/runtime/schedule';
import { version } from '@holdfast/runtime/version';
import { tokenReportsChannel } from '@holdfast/state/keys';
import type { SharedState } from '@holdfast/state/shared-state';
import { watchTokenPools } from '@holdfast/state/token-watch';
import { Agent } from 'undici';
import { createApp } from './http/app.ts';
import { keepLeadership } from './leadership.ts';
import { createTokenRotatorMetrics, type TokenRotatorMetrics } from './metrics.ts';
import { createPoolBook, type PoolBook } from './pool-book.ts';
import { createPublisher } from './publisher.ts';
import { consumeReports } from './report-consumer.ts';
import { createSubmit } from './submit.ts';
import { tellChange } from './tell-change.ts';
import { createValidator } from './validator.ts';
import { runWakeably } from './wakeable.ts';

export interface TokenRotatorOptions {
  readonly config: Config;
  readonly state: SharedState;
  readonly logger: Logger;
  /** Epoch ms that never jump; benches run by it. */
  readonly now?: () => number;
}

export interface TokenRotator {
  readonly port: number;
  readonly url: string;
  /** Takes effect at once for everything but the port. */
  applyConfig(config: Config): void;
  close(): Promise<void>;
}

/** Refusals are announced on a channel; this is for what was announced in vain. */
const CONSUME_INTERVAL_MS = 500;
const VALIDATE_INTERVAL_MS = 1000;
/** When day quotas end that name no other time. */
const UTC_MIDNIGHT = '0 0 * * *';

/** Starts the token-rotator. Rejects when it cannot listen; a store that is away is waited for while running. */
export async function composeTokenRotator({
  config: initial,
  state,
  logger,
  now = steadyNow,
}: TokenRotatorOptions): Promise<TokenRotator> {
  const lifecycle = createLifecycle();
  let config = initial;
  let draining = false;

  const metrics: TokenRotatorMetrics = createTokenRotatorMetrics(version, () => book, now);
  metrics.configure(initial);
  metrics.stateStoreUp.set(state.up ? 1 : 0);
  const book: PoolBook = createPoolBook(initial.tokenPools, (change) => tellChange(change, logger, metrics));
  const publisher = createPublisher(state, book);
  const adopted = new Set<() => void>();

  const watch = watchTokenPools({
    state,
    now,
    pools: () => book.entries().map(({ pool }) => pool),
    onPool({ name }, published, appliedId) {
      // What the leader hears on the channel is its own word.
      if (leadership.leading) return;
      book.adopt(name, published, appliedId);
      for (const listener of adopted) listener();
    },
  });
  const leadership = keepLeadership({
    state,
    owner: randomUUID(),
    now: steadyNow, // a lease runs out in the store's time, whatever the benches run by
    async onGained() {
      await watch.readAll();
      publisher.forget();
      logger.info({ pools: book.entries().length }, 'leading the token pools');
    },
    onLost: () => logger.warn({}, 'no longer leading the token pools'),
  });
  lifecycle.onClose('leadership', leadership.stop);
  lifecycle.onClose('watch', watch.stop);
  lifecycle.onClose(
    'state',
    state.onUpChange((up) => {
      metrics.stateStoreUp.set(up ? 1 : 0);
      // It may have come back empty.
      if (up) publisher.forget();
    }),
  );
  await watch.readAll();
  await leadership.renew();

  const leading = () => leadership.leading;
  const submit = createSubmit({
    state,
    book,
    publisher,
    now,
    leading,
    onAdopted(listener) {
      adopted.add(listener);
      return () => void adopted.delete(listener);
    },
  });
  const dispatcher = new Agent({ connect: { timeout: initial.timeouts.connectMs } });
  lifecycle.onClose('connections', () => dispatcher.destroy());
  const validator = createValidator({ config: () => config, book, dispatcher, logger, now, submit });

  const consume = async () => {
    if (!leading()) return;
    await publisher.publish();
    await consumeReports({ state, book, publisher, now, leading });
  };
  const quietly = () => {}; // the store says itself that it is away
  const consuming = runWakeably(consume, CONSUME_INTERVAL_MS, quietly);
  lifecycle.onClose('announcements', state.subscribe(tokenReportsChannel, consuming.wake));
  const validating = everyInterval(
    VALIDATE_INTERVAL_MS,
    async () => {
      if (leading()) await validator.runDue();
    },
    (error) => logger.warn({ err: error }, 'validating tokens failed'),
  );
  const midnight = onCron(
    UTC_MIDNIGHT,
    async () => {
      book.prune(now());
      logger.info({}, 'day quotas begin anew');
    },
    quietly,
  );
  lifecycle.onClose('schedules', () => {
    for (const schedule of [consuming, validating, midnight]) schedule.stop();
  });
  await consume().catch(quietly);
  // A restart is how an edited token arrives, and what was restored cannot tell.
  if (leading()) void validator.runInvalid();

  const readiness = (): Readiness => ({
    ready: !draining,
    checks: { state_store: state.up ? 'up' : 'down', role: leading() ? 'leader' : 'follower' },
  });
  const app = createApp({
    book,
    metrics,
    readiness,
    guards: keyGuards(() => ({
      client: config.server.clientKeys.map(({ key }) => key),
      admin: config.server.adminKeys.map(({ key }) => key),
    })),
    submit,
    validateAll: validator.validateAll,
    logger,
    now,
  });
  const listening = await listen(app, {
    host: initial.server.host,
    port: initial.services.tokenRotator.port,
  });
  lifecycle.onClose('server', () => {
    draining = true;
    return listening.close(config.server.drainTimeoutMs);
  });
  logger.info(
    { url: listening.url, pools: book.entries().map(({ pool }) => pool.name) },
    'token-rotator is listening',
  );

  return {
    port: listening.port,
    url: listening.url,
    applyConfig(next) {
      config = next;
      book.configure(next.tokenPools, now());
      metrics.configure(next);
      metrics.configReload.succeeded(now());
      void watch.readAll();
    },
    close: lifecycle.close,
  };
}
