import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '@holdfast/config/types';
import { allBoards } from './boards/all-boards.ts';
import { dashboardJson } from './dashboard-json.ts';

/** Writes the files that Grafana loads, with the thresholds of this configuration's alerts. */
export function writeDashboards(directory: string, config: Pick<Config, 'alerts' | 'health'>): void {
  for (const board of allBoards(config))
    writeFileSync(path.join(directory, board.file), dashboardJson(board));
}
