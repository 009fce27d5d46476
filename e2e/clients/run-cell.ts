import type { Simulator } from '@holdfast/simulator/simulator';
import type { Cell, Feature, Upstreams } from './matrix.ts';
import { answering, failing } from './stage.ts';

const CELL_MS = 60_000;

/** Uses one feature before one column's upstreams, and checks who was asked. */
export async function runCell(
  simulator: Simulator,
  url: string,
  upstreams: Upstreams,
  feature: Feature,
): Promise<Cell> {
  const { limits } = feature;
  const reason = limits?.[upstreams.answers];
  simulator.forget();
  const error = await inTime(feature.run({ url, key: 'client-key' })).then(
    () => null,
    (thrown: unknown) => firstLine(thrown),
  );
  if (reason !== undefined)
    return error === null
      ? { kind: 'fail', error: 'it works: no limit any more' }
      : { kind: 'limit', reason };
  if (error !== null) return { kind: 'fail', error };
  if (feature.local) return { kind: 'pass' };
  const cannotBeAsked = upstreams.failing !== null && limits?.[upstreams.failing] !== undefined;
  const asked = [answering(upstreams), ...(cannotBeAsked ? [] : failing(upstreams))];
  const silent = asked.find((name) => simulator.requests(name).length === 0);
  return silent === undefined ? { kind: 'pass' } : { kind: 'fail', error: `${silent} was not asked` };
}

function firstLine(thrown: unknown): string {
  const [line = ''] = (thrown instanceof Error ? thrown.message : String(thrown)).split('\n');
  return line.slice(0, 300);
}

async function inTime(running: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no end within ${CELL_MS} ms`)), CELL_MS);
  });
  await Promise.race([running, late]).finally(() => clearTimeout(timer));
}
