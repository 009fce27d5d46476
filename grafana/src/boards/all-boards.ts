import type { Config } from '@holdfast/config/types';
import type { Board } from '../panel.ts';
import { boardThresholds } from '../thresholds.ts';
import { clusters } from './clusters.ts';
import { overview } from './overview.ts';
import { suite } from './suite.ts';
import { tokens } from './tokens.ts';

/** The boards, with the thresholds of this configuration's alerts. */
export function allBoards(config: Pick<Config, 'alerts' | 'health'>): readonly Board[] {
  const thresholds = boardThresholds(config);
  return [overview(thresholds), clusters(thresholds), tokens, suite(thresholds)];
}
