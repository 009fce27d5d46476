import { g01 } from './g01.ts';
import type { Goal } from './goal.ts';

export const goals: readonly Goal[] = [g01];
