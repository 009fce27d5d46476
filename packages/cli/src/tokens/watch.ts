import { ServiceAway } from '../suite/service-error.ts';
import type { SuiteClient } from '../suite/suite-client.ts';
import { every } from '../terminal/every.ts';
import { moment } from '../terminal/format.ts';
import { dim } from '../terminal/paint.ts';
import { type PoolView, readPools } from './pool-view.ts';
import { describePools } from './print-pools.ts';

export interface WatchOptions {
  readonly suite: SuiteClient;
  readonly pool: string | undefined;
  /** A line of JSON for each change instead. */
  readonly json: boolean;
  readonly signal: AbortSignal;
}

const INTERVAL_MS = 1_000;
/** To the top left, and away with what was there. */
const REDRAW = '\x1b[H\x1b[J';

/** Until the signal: a live table on a terminal, else a line for each change. Rejects when the rotator is away at first. */
export async function watchPools({ suite, pool, json, signal }: WatchOptions): Promise<void> {
  const isLive = process.stdout.isTTY && !json;
  let known: readonly PoolView[] = await readPools(suite, pool);
  let printed = new Map<string, string>();

  async function look(): Promise<void> {
    let trouble: string | null = null;
    try {
      known = await readPools(suite, pool);
    } catch (error) {
      if (!(error instanceof ServiceAway)) throw error;
      trouble = error.message;
    }
    const nowMs = Date.now();
    if (isLive) {
      const head = dim(`${moment(new Date(nowMs).toISOString(), nowMs)}  every second, Ctrl-C ends`);
      process.stdout.write(
        `${REDRAW}${head}\n\n${trouble ? `${trouble}\n\n` : ''}${describePools(known, nowMs)}\n`,
      );
      return;
    }
    const lines = new Map(
      trouble === null
        ? known.map((view) => [view.pool, json ? JSON.stringify(view) : lineOf(view, nowMs)])
        : [],
    );
    if (trouble !== null) lines.set('', json ? JSON.stringify({ error: { message: trouble } }) : trouble);
    for (const [name, line] of lines) if (printed.get(name) !== line) console.log(line);
    printed = lines;
  }

  await every(INTERVAL_MS, signal, look);
}

/** `github: current GITHUB_TOKEN2, 1 of 2 available; GITHUB_TOKEN rate_limited until 14:03:07` */
function lineOf({ pool, current_token, tokens }: PoolView, nowMs: number): string {
  const blocked = tokens.filter((token) => token.blocked);
  const notes = [
    ...blocked.map(
      ({ key, reason, blockedUntil }) => `${key} ${reason} until ${moment(blockedUntil, nowMs)}`,
    ),
    ...tokens.flatMap(({ key, blockedModels }) =>
      blockedModels.map(
        ({ model, reason, until }) => `${key} ${reason} for ${model} until ${moment(until, nowMs)}`,
      ),
    ),
  ];
  const free = tokens.length - blocked.length;
  return [
    `${pool}: current ${current_token ?? 'none'}, ${free} of ${tokens.length} available`,
    ...notes,
  ].join('; ');
}
