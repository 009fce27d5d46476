import { g01 } from './g01.ts';
import { g02 } from './g02.ts';
import { g03 } from './g03.ts';
import { g04 } from './g04.ts';
import { g08 } from './g08.ts';
import { g09 } from './g09.ts';
import { g10 } from './g10.ts';
import { g11 } from './g11.ts';
import { g13 } from './g13.ts';
import type { Goal } from './goal.ts';

export const goals: readonly Goal[] = [g01, g02, g03, g04, g08, g09, g10, g11, g13];
