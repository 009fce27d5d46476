import { primaryDead } from './primary-dead.ts';
import { probes } from './probes.ts';
import type { Scenario } from './scenario.ts';
import { tokenStorm } from './token-storm.ts';

export const scenarios: readonly Scenario[] = [primaryDead, tokenStorm, probes];
