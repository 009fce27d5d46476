import type { Cells, Component } from './cell.ts';
import { healthCheckerCells } from './health-checker.ts';
import { prometheusCells } from './prometheus.ts';
import { redisCells } from './redis.ts';
import { taggerCells } from './tagger.ts';
import { tokenRotatorCells } from './token-rotator.ts';

/** What each outage of each component means; `docs/outage-matrix.md` is written from it. */
export const MATRIX: Readonly<Record<Component, Cells>> = {
  redis: redisCells,
  'health-checker': healthCheckerCells,
  'token-rotator': tokenRotatorCells,
  tagger: taggerCells,
  prometheus: prometheusCells,
};
