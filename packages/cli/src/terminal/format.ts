/** A moment in local time, without the date when it is within a day: `14:03:07`, `2026-11-22 00:00:00`. */
export function moment(iso: string | null, nowMs: number): string {
  if (iso === null) return '-';
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return '-';
  const pad = (value: number) => String(value).padStart(2, '0');
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(pad).join(':');
  if (Math.abs(date.getTime() - nowMs) < 86_400_000 && date.getDate() === new Date(nowMs).getDate())
    return time;
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${time}`;
}

/** `1 token`, `3 tokens`. */
export const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
