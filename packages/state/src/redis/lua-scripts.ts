import { readFileSync } from 'node:fs';

const load = (file: string) => ({
  lua: readFileSync(new URL(`./lua/${file}.lua`, import.meta.url), 'utf8'),
  numberOfKeys: 1,
});

/** The scripts by command name, as ioredis defines them (EVALSHA, EVAL when the server does not know one yet). */
export const scripts = {
  holdfastRaiseUntil: load('raise-until'),
  holdfastAcquireLease: load('acquire-lease'),
  holdfastReleaseLease: load('release-lease'),
  holdfastReserveSlot: load('reserve-slot'),
  holdfastReturnSlot: load('return-slot'),
  holdfastCount: load('count'),
};

/** KEYS, ARGV and results as the headers of the `.lua` files say. */
export interface ScriptCommands {
  holdfastRaiseUntil(key: string, untilMs: string): Promise<number>;
  holdfastAcquireLease(key: string, owner: string, ttlMs: string): Promise<number | null>;
  holdfastReleaseLease(key: string, owner: string): Promise<number>;
  holdfastReserveSlot(key: string, intervalMs: string, maxWaitMs: string): Promise<number | null>;
  holdfastReturnSlot(key: string, intervalMs: string): Promise<number>;
  holdfastCount(key: string, by: string, windowMs: string): Promise<[count: number, resetMs: number]>;
}
