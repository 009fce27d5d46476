import type { RecordedRequest } from '@holdfast/simulator/simulator';
import { REST_S, type TestPool, WITHOUT_MONEY, WITHOUT_QUOTA } from './token-pool.ts';

/** What became of refused tokens, as each gateway saw them. */
export interface Benches {
  /** Refusals that benched something for the gateway that met them. */
  readonly begun: number;
  /** Calls with what the same gateway had benched, begun after it had heard so. */
  readonly broken: readonly string[];
  /** Further refusals of calls that were under way when the first was answered. */
  readonly underWay: number;
}

/** From the answer on the provider's side until the gateway has acted on it. */
const HEARD_AFTER_MS = 300;

interface Bench {
  readonly scope: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** The calls of gateways that name themselves in the header `x-replica`. */
export function countBenches(calls: readonly RecordedRequest[], { accountOf }: TestPool): Benches {
  const benches = new Map<string, Bench[]>();
  const broken: string[] = [];
  let begun = 0;
  let underWay = 0;
  for (const call of [...calls].sort((a, b) => a.at - b.at)) {
    const replica = String(call.headers['x-replica']);
    const known = benches.get(replica) ?? [];
    benches.set(replica, known);
    const scopes = scopesOf(call, accountOf);
    const active = known.filter(({ scope, untilMs }) => scopes.includes(scope) && call.at < untilMs);
    if (active.some(({ fromMs }) => call.at > fromMs + HEARD_AFTER_MS))
      broken.push(`${replica} ${call.token?.slice(-7)} ${call.model} ${call.status}`);
    if (call.status === 200 || call.finishedAt === null) continue;
    if (active.length > 0) underWay++;
    else begun++;
    known.push(benchOf(call, call.finishedAt, accountOf));
  }
  return { begun, broken, underWay };
}

function scopesOf(call: RecordedRequest, accountOf: TestPool['accountOf']): string[] {
  const account = accountOf.get(call.token ?? '');
  return [`token ${call.token}`, `account ${account}`, `account ${account} model ${call.model}`];
}

/** FAULTS P05, P12, P15, P16: what rests, and until when. */
function benchOf(call: RecordedRequest, fromMs: number, accountOf: TestPool['accountOf']): Bench {
  const [token, account, ofModel] = scopesOf(call, accountOf) as [string, string, string];
  const owner = accountOf.get(call.token ?? '');
  const untilMs = Number.POSITIVE_INFINITY;
  if (call.status === 401) return { scope: token, fromMs, untilMs };
  if (owner === WITHOUT_MONEY) return { scope: account, fromMs, untilMs };
  if (owner === WITHOUT_QUOTA) return { scope: ofModel, fromMs, untilMs };
  return { scope: token, fromMs, untilMs: fromMs + REST_S * 1000 };
}
