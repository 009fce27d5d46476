import type { StreamEntry } from '../shared-state.ts';
import type { RedisClient } from './redis-client.ts';

type RawEntry = [id: string, flat: string[] | null];

/**
 * What `SharedState.streamRead` promises, in at most three commands: others' forgotten entries are claimed, then this
 * consumer's unacknowledged ones (those included) are read again, and new ones fill up the rest.
 */
export async function readGroup(
  client: RedisClient,
  key: string,
  group: string,
  consumer: string,
  { count, reclaimAfterMs }: { count: number; reclaimAfterMs: number },
): Promise<StreamEntry[]> {
  try {
    await client.xautoclaim(key, group, consumer, Math.ceil(reclaimAfterMs), '0-0', 'COUNT', count);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOGROUP')) throw error;
    await createGroup(client, key, group);
  }
  const pending = await readFrom('0');
  const lost = pending.filter(([, flat]) => flat === null).map(([id]) => id);
  // Trimmed away before anyone acknowledged them: there is nothing left to do for them.
  if (lost.length > 0) await client.xack(key, group, ...lost);
  const kept = pending.filter(([, flat]) => flat !== null);
  const fresh = kept.length < count ? await readFrom('>', count - kept.length) : [];
  return [...kept, ...fresh].map(([id, flat]) => ({ id, fields: toFields(flat ?? []) }));

  async function readFrom(start: string, limit = count): Promise<RawEntry[]> {
    const reply = (await client.xreadgroup(
      'GROUP',
      group,
      consumer,
      'COUNT',
      limit,
      'STREAMS',
      key,
      start,
    )) as [stream: string, entries: RawEntry[]][] | null;
    return reply?.[0]?.[1] ?? [];
  }
}

async function createGroup(client: RedisClient, key: string, group: string): Promise<void> {
  try {
    await client.xgroup('CREATE', key, group, '0', 'MKSTREAM');
  } catch (error) {
    // Another process was faster.
    if (!(error instanceof Error) || !error.message.startsWith('BUSYGROUP')) throw error;
  }
}

function toFields(flat: readonly string[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (let index = 0; index + 1 < flat.length; index += 2) fields[flat[index]!] = flat[index + 1]!;
  return fields;
}
