import type { TokenStat } from '@holdfast/token-rotator/http/token-stats';
import type { ValidationResult } from '@holdfast/token-rotator/validate-token';
import { EXIT, type ExitCode } from '../exit-code.ts';
import type { SuiteClient } from '../suite/suite-client.ts';
import { moment } from '../terminal/format.ts';
import { bold, tone } from '../terminal/paint.ts';
import { printJson } from '../terminal/print-json.ts';
import { table } from '../terminal/table.ts';
import { type PoolView, readPools, stateOfPools } from './pool-view.ts';
import { describePools } from './print-pools.ts';

type ValidatedToken = TokenStat & { readonly validation: ValidationResult | 'not_checked' };
type ValidatedPool = Omit<PoolView, 'tokens'> & { readonly tokens: readonly ValidatedToken[] };

export interface EmergencyOptions {
  readonly suite: SuiteClient;
  readonly pool: string | undefined;
  readonly json: boolean;
}

/** Every token is asked of its provider, two at a time. */
const PATIENCE_MS = 300_000;

/** What to do about a token that is not well, by what is wrong. */
const ADVICE: Readonly<Record<string, string>> = {
  invalid: 'the provider does not know it: replace the value, or take the token out',
  no_credit: 'the account has no money left: pay, then ./holdfast tokens reset',
  day_quota: 'nothing to do before the reset; another account or a fallback model helps today',
  not_in_plan: "the account's plan does not have the model: change the plan, or map the model elsewhere",
  refused: 'see whether the token has the right (scope) for the model',
  rate_limited: 'ends by itself at the stated time',
  repeated_failures: 'refused again: ends by itself; the pool may need more accounts',
};

/** Diagnoses, lets the token-rotator drop what was only guessed and validate every token, and says what is still wrong. */
export async function runEmergency({ suite, pool, json }: EmergencyOptions): Promise<ExitCode> {
  const before = await readPools(suite, pool);
  if (!json)
    console.log(`${bold('Before')}\n\n${describePools(before, Date.now())}\n\nValidating every token ...\n`);
  const { pools } = await suite.ask<{ pools: ValidatedPool[] }>('token-rotator', '/v1/tokens/validate', {
    body: pool === undefined ? {} : { pool },
    timeoutMs: PATIENCE_MS,
  });
  const freed = pools.flatMap(({ pool: name, tokens }) =>
    tokens
      .filter(({ key, blocked }) => !blocked && wasBlocked(before, name, key))
      .map(({ key }) => `${name}/${key}`),
  );
  const problems = pools.flatMap(({ pool: name, tokens }) =>
    tokens.flatMap((token) =>
      problemsOf(token).map((problem) => ({ pool: name, token: token.key, ...problem })),
    ),
  );
  const isWell = problems.length === 0 && stateOfPools(pools) === 'ok';
  const state = isWell ? 'ok' : stateOfPools(pools) === 'down' ? 'down' : 'degraded';
  if (json) printJson({ state, before, pools, freed, problems });
  else console.log(describe(pools, freed, problems));
  return EXIT[state];
}

interface Problem {
  /** Null: all of them. */
  readonly model: string | null;
  readonly reason: string;
  readonly until: string | null;
  readonly advice: string;
}

function problemsOf({ blocked, reason, blockedUntil, blockedModels, validation }: ValidatedToken): Problem[] {
  const wrong = (why: string, until: string | null, model: string | null): Problem => ({
    model,
    reason: why,
    until,
    advice: ADVICE[why] ?? 'see docs/token-rotator.md',
  });
  if (blocked) return [wrong(reason ?? 'blocked', blockedUntil, null)];
  const models = blockedModels.map(({ model, reason: why, until }) => wrong(why, until, model));
  if (validation !== 'unknown') return models;
  const advice = 'the provider did not say: is it reachable? ./holdfast check --live';
  return [...models, { model: null, reason: 'not validated', until: null, advice }];
}

const wasBlocked = (pools: readonly PoolView[], name: string, key: string) =>
  pools.some(
    ({ pool, tokens }) => pool === name && tokens.some((token) => token.key === key && token.blocked),
  );

function describe(
  pools: readonly ValidatedPool[],
  freed: readonly string[],
  problems: readonly (Problem & { pool: string; token: string })[],
): string {
  const nowMs = Date.now();
  const tokens = pools.flatMap(({ pool, tokens: own }) =>
    own.map(({ key, account, validation }) => [pool, key, account, tone(validation)]),
  );
  return [
    bold('Validated'),
    '',
    table(['POOL', 'TOKEN', 'ACCOUNT', 'VALIDATION'], tokens),
    '',
    `Freed: ${freed.length === 0 ? 'none' : freed.join(', ')}`,
    '',
    ...(problems.length === 0
      ? ['Nothing is wrong.']
      : [
          bold('Still wrong'),
          '',
          table(
            ['POOL', 'TOKEN', 'MODEL', 'REASON', 'UNTIL', 'WHAT TO DO'],
            problems.map(({ pool, token, model, reason, until, advice }) => [
              pool,
              token,
              model ?? 'all',
              tone(reason),
              moment(until, nowMs),
              advice,
            ]),
          ),
        ]),
  ].join('\n');
}
