import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino';
import pretty from 'pino-pretty';
import { scrub } from './scrub.ts';

export type { Logger } from 'pino';

export interface LoggerOptions {
  readonly service: string;
  readonly level?: string;
  /** Where lines go; default stdout: readable on a terminal, JSON elsewhere. */
  readonly destination?: DestinationStream;
}

/** A pino logger whose every string is scrubbed of credentials, by key and by pattern, errors and their causes included. */
export function createLogger({ service, level = 'info', destination }: LoggerOptions): Logger {
  const stream =
    destination ??
    (process.stdout.isTTY ? pretty({ colorize: true, ignore: 'pid,hostname', singleLine: true }) : undefined);
  const options = {
    level,
    base: { service },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (fields: Record<string, unknown>) => scrub(fields) as Record<string, unknown>,
    },
    serializers: { err: (error: Error) => scrub(stdSerializers.errWithCause(error)) },
    hooks: {
      logMethod(this: Logger, args: unknown[], method: (...args: unknown[]) => void) {
        method.apply(
          this,
          args.map((arg) => (typeof arg === 'string' ? scrub(arg) : arg)),
        );
      },
    },
  } as const;
  return stream ? pino(options as never, stream) : pino(options as never);
}
