import type { Board } from '../panel.ts';
import { clusters } from './clusters.ts';
import { overview } from './overview.ts';
import { suite } from './suite.ts';
import { tokens } from './tokens.ts';

export const allBoards: readonly Board[] = [overview, clusters, tokens, suite];
