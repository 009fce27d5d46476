import { until } from '../../support/until.ts';
import type { Component, Outage } from './cell.ts';
import type { Fleet } from './fleet.ts';
import { MATRIX } from './matrix.ts';

/** One step of a component's story: an outage, or its end, and what was before. */
export interface Chapter {
  readonly outage: Outage;
  /** How it comes back. */
  readonly after?: Outage;
}

/** In this order on one fleet that was started without the component. */
export const chaptersOf = (component: Component): readonly Chapter[] => [
  { outage: 'absent' },
  { outage: 'back', after: 'absent' },
  { outage: 'killed' },
  { outage: 'back', after: 'killed' },
  { outage: 'hung' },
  { outage: 'back', after: 'hung' },
  ...(MATRIX[component].flushed ? [{ outage: 'flushed' } as const] : []),
];

/** The slowest sign is the age at which a finding of the health-checker is too old. */
const SIGN_MS = 50_000;
const LOOK_EVERY_MS = 100;

/** Lets it happen and waits for every sign of its cell; rejects with the first that does not come. */
export async function liveThrough(
  fleet: Fleet,
  component: Component,
  { outage, after }: Chapter,
): Promise<void> {
  const cell = MATRIX[component][outage];
  if (!cell) throw new Error(`${component} cannot be ${outage}`);
  await cell.before?.(fleet);
  // What was absent at the start has shown in the logs since then.
  if (outage !== 'absent') fleet.mark();
  const part = fleet.parts[component];
  if (outage === 'killed') await part.kill();
  if (outage === 'hung') part.hang();
  if (outage === 'flushed') await fleet.redis.command('FLUSHALL');
  if (outage === 'back' && after === 'hung') part.resume();
  else if (outage === 'back') await part.start();
  await cell.meanwhile?.(fleet);
  for (const { text, holds, withinMs = SIGN_MS } of [...cell.works, ...cell.degrades, ...cell.shows])
    await until(text, () => holds(fleet), withinMs, LOOK_EVERY_MS);
}
