import { readFileSync } from 'node:fs';

/**
 * Loaded into a process before everything else (`node --import`), it lets the wall clock jump: on SIGUSR2 it goes off by as many
 * ms as the file in CLOCK_OFFSET_FILE says. The monotonic clock goes on as it is, as it would.
 */
const RealDate = Date;
const file = process.env.CLOCK_OFFSET_FILE!;
let offsetMs = 0;

class JumpingDate extends RealDate {
  constructor(...parts: unknown[]) {
    if (parts.length === 0) super(RealDate.now() + offsetMs);
    else super(...(parts as [number]));
  }

  static override now(): number {
    return RealDate.now() + offsetMs;
  }
}

globalThis.Date = JumpingDate as DateConstructor;
process.on('SIGUSR2', () => {
  offsetMs = Number(readFileSync(file, 'utf8'));
});
