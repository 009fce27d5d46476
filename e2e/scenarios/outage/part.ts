import { type RedisServer, startRedis } from '@holdfast/state/testing/redis-server';
import type { PrometheusServer } from '../../support/prometheus-server.ts';
import { startService } from '../../support/start-service.ts';
import type { ConfigFile, SuiteProcess } from '../../support/suite-process.ts';

/** A component of the fleet, and what can be done to it. */
export interface Part extends AsyncDisposable {
  /** For the first time or again, in the place it had before. */
  start(): Promise<void>;
  /** `kill -9` */
  kill(): Promise<void>;
  /** SIGSTOP */
  hang(): void;
  /** SIGCONT */
  resume(): void;
  /** All it printed since its last start. */
  output(): string;
  /** How often it was started. */
  readonly starts: number;
}

export interface RedisPart extends Part {
  /** The first line of the reply. */
  command(...words: readonly string[]): Promise<string>;
}

export function redisPart(port: number): RedisPart {
  let server: RedisServer | null = null;
  return {
    async start() {
      if (server) await server.restart();
      else server = await startRedis({ port });
    },
    kill: () => server!.kill(),
    hang: () => server!.pause(),
    resume: () => server!.resume(),
    output: () => '',
    starts: 1,
    command: (...words) => server!.command(...words),
    async [Symbol.asyncDispose]() {
      await server?.[Symbol.asyncDispose]();
    },
  };
}

export function servicePart(
  name: 'health-checker' | 'token-rotator' | 'tagger',
  config: ConfigFile,
  port: number,
): Part {
  let child: SuiteProcess | null = null;
  let starts = 0;
  const end = async () => child?.[Symbol.asyncDispose]();
  return {
    async start() {
      await end();
      starts++;
      child = await startService(name, config, port);
    },
    async kill() {
      await child!.kill();
    },
    hang: () => child!.signal('SIGSTOP'),
    resume: () => child!.signal('SIGCONT'),
    output: () => child?.output() ?? '',
    get starts() {
      return starts;
    },
    [Symbol.asyncDispose]: end,
  };
}

export const partFor = (server: PrometheusServer): Part => ({
  start: server.start,
  kill: server.kill,
  hang: () => server.signal('SIGSTOP'),
  resume: () => server.signal('SIGCONT'),
  output: () => '',
  starts: 1,
  [Symbol.asyncDispose]: server.kill,
});
