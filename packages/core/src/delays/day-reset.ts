const DAY_MS = 86_400_000;

/**
 * Milliseconds from `nowMs` until the next midnight of `timeZone` (IANA): when a provider's quota day ends that names no
 * time. On the two days a year that the clocks change it may be an hour off.
 */
export function untilMidnightMs(nowMs: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  const [hours, minutes, seconds] = format.format(nowMs).split(':').map(Number);
  return DAY_MS - ((hours! * 60 + minutes!) * 60 + seconds!) * 1000 - (nowMs % 1000);
}
