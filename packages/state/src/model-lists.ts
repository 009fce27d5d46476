import { z } from 'zod';
import { modelListsKey } from './keys.ts';
import { readRecord } from './records.ts';
import type { SharedState } from './shared-state.ts';

/** The models an endpoint's own list names, in its naming. */
const modelList = z.object({ models: z.array(z.string().min(1).max(200)).max(5000), checked_at: z.number() });
export type ModelList = z.infer<typeof modelList>;

export async function publishModelList(state: SharedState, id: string, list: ModelList): Promise<void> {
  await state.hashSet(modelListsKey, { [id]: JSON.stringify(list) });
}

/** Lists by endpoint id; what does not fit the schema is left out. */
export async function readModelLists(state: SharedState): Promise<Map<string, ModelList>> {
  const lists = new Map<string, ModelList>();
  for (const [id, text] of Object.entries(await state.hashGetAll(modelListsKey))) {
    const list = readRecord(modelList, text);
    if (list) lists.set(id, list);
  }
  return lists;
}

/** Drops the lists of endpoints that are no longer configured. */
export async function removeModelLists(state: SharedState, ids: readonly string[]): Promise<void> {
  await state.hashDelete(modelListsKey, ids);
}
