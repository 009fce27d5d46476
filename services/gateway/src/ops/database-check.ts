import { isObject, parseObject } from '@holdfast/dialects/json';
import { request } from 'undici';

/** A finding is good for this long. */
const KEPT_MS = 2000;
/** Nobody waits longer than this for a finding. */
const DEADLINE_MS = 500;

export type DatabaseCheck = () => Promise<'ok' | 'down'>;

/**
 * Whether the database works, as the tagger says, which is its only user; `down` also when the tagger is away or slow.
 * However many ask, the tagger is asked once at a time and once in two seconds.
 */
export function createDatabaseCheck(taggerUrl: () => string, now: () => number): DatabaseCheck {
  let asked: Promise<'ok' | 'down'> | null = null;
  let askedMs = Number.NEGATIVE_INFINITY;
  return () => {
    if (asked === null || now() - askedMs >= KEPT_MS) {
      askedMs = now();
      asked = ask(taggerUrl()).catch(() => 'down' as const);
    }
    return asked;
  };
}

async function ask(url: string): Promise<'ok' | 'down'> {
  const { body } = await request(new URL('/readyz', url), {
    signal: AbortSignal.timeout(DEADLINE_MS),
    reset: true,
  });
  const checks = parseObject(await body.text())?.checks;
  return isObject(checks) && checks.database === 'ok' ? 'ok' : 'down';
}
