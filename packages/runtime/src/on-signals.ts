import type { Logger } from './logger.ts';

export interface SignalOptions {
  /** Ends everything in order; called once. */
  readonly close: () => Promise<void>;
  readonly logger: Logger;
  /** Exit with 1 when closing takes longer than this. Choose it above the drain timeout. */
  readonly giveUpAfterMs: number;
  /** A socket failed after its exchange was over: counted, never fatal. */
  readonly onLateSocketError?: () => void;
}

/** What Node and undici call the death of a socket nobody waits for any more. */
const LATE_SOCKET_ERRORS = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
  'UND_ERR_SOCKET',
  'UND_ERR_ABORTED',
  'ABORT_ERR',
]);

/**
 * The end of a process. SIGTERM or SIGINT: close, exit 0 (1 when closing failed or took too long); a second signal exits at
 * once. An exception nobody caught: a late socket error goes on, anything else is a bug and exits 1 after closing (FAULTS I15).
 */
export function closeOnSignals({ close, logger, giveUpAfterMs, onLateSocketError }: SignalOptions): void {
  let ending = false;

  const end = (exitCode: number) => {
    ending = true;
    setTimeout(() => {
      logger.error({ giveUpAfterMs }, 'closing took too long, exiting');
      process.exit(1);
    }, giveUpAfterMs).unref();
    close().then(
      () => process.exit(exitCode),
      (error: unknown) => {
        logger.error({ err: error }, 'closing failed');
        process.exit(1);
      },
    );
  };

  const onSignal = (signal: NodeJS.Signals) => {
    if (ending) process.exit(1);
    logger.info({ signal }, 'closing');
    end(0);
  };
  const onUncaught = (error: unknown) => {
    const { code } = (error ?? {}) as { code?: unknown };
    if (typeof code === 'string' && LATE_SOCKET_ERRORS.has(code)) {
      onLateSocketError?.();
      logger.debug({ err: error }, 'late socket error');
      return;
    }
    logger.fatal({ err: error }, 'uncaught error');
    if (!ending) end(1);
  };

  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  process.on('uncaughtException', onUncaught);
  process.on('unhandledRejection', onUncaught);
}
