const MS_PER_UNIT = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const BYTES_PER_UNIT = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 } as const;

/** setTimeout takes no more (2^31 - 1 ms, 24.8 days): a longer one would fire at once. */
export const MAX_DURATION_MS = 2_147_483_647;

/** `500ms`, `2s`, `5m`, `1h`; a bare number is seconds. Result in ms, null when it is no duration. */
export function parseDuration(value: string | number): number | null {
  const [, amount, unit = 's'] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)?$/.exec(String(value).trim()) ?? [];
  if (amount === undefined) return null;
  const ms = Math.round(Number(amount) * MS_PER_UNIT[unit as keyof typeof MS_PER_UNIT]);
  return ms <= MAX_DURATION_MS ? ms : null;
}

/** `20mb`, `512kb`, `1gb` (powers of 1024); a bare number is bytes. Null when it is no size. */
export function parseSize(value: string | number): number | null {
  const [, amount, unit = 'b'] =
    /^(\d+(?:\.\d+)?)\s*(b|kb|mb|gb)?$/.exec(String(value).trim().toLowerCase()) ?? [];
  if (amount === undefined) return null;
  const bytes = Math.round(Number(amount) * BYTES_PER_UNIT[unit as keyof typeof BYTES_PER_UNIT]);
  return Number.isSafeInteger(bytes) ? bytes : null;
}
