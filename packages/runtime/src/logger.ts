import { type DestinationStream, type Logger, pino } from 'pino';
import pretty from 'pino-pretty';
import { scrub, scrubText } from './scrub.ts';

export type { Logger } from 'pino';

export interface LoggerOptions {
  readonly service: string;
  readonly level?: string;
  /** Where lines go; default stdout: readable on a terminal, JSON elsewhere. */
  readonly destination?: DestinationStream;
  /** JSON on a terminal, too. */
  readonly json?: boolean;
}

/** A pino logger whose every string is scrubbed of credentials, by key and by pattern, errors and their causes included. */
export function createLogger({ service, level = 'info', destination, json = false }: LoggerOptions): Logger {
  const stream =
    destination ??
    (process.stdout.isTTY && !json
      ? pretty({ colorize: true, ignore: 'pid,hostname', singleLine: true })
      : undefined);
  const options = {
    level,
    base: { service },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: scrubFields,
    },
    // What `log` made of an error is plain already; pino's own serializer would only get in the way.
    serializers: { err: (error: unknown) => error },
    hooks: {
      logMethod(this: Logger, args: unknown[], method: (...args: unknown[]) => void) {
        method.apply(this, scrubArguments(args));
      },
    },
  } as const;
  const logger: Logger = stream ? pino(options as never, stream) : pino(options as never);
  // Children inherit this one in turn; pino has no hook for what is bound to a child.
  const { child } = logger;
  logger.child = function (this: Logger, bindings: Record<string, unknown>, childOptions) {
    return child.call(this, scrubFields(bindings), childOptions);
  } as Logger['child'];
  return logger;
}

function scrubFields(fields: Record<string, unknown>): Record<string, unknown> {
  return scrub(fields) as Record<string, unknown>;
}

/** Texts and format values; and a message for a lone error, which pino would else copy from it as it is. */
function scrubArguments([first, ...rest]: unknown[]): unknown[] {
  if (typeof first !== 'object' || first === null) return [first, ...rest].map(scrub);
  const error = first instanceof Error ? first : (first as { err?: unknown }).err;
  if (rest.length === 0 && error instanceof Error) return [first, scrubText(error.message)];
  return [first, ...rest.map(scrub)];
}
