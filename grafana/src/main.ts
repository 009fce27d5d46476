import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { allBoards } from './boards/all-boards.ts';
import { dashboardJson } from './dashboard-json.ts';

/** Writes the dashboards that Grafana loads. */
for (const board of allBoards)
  writeFileSync(path.resolve(import.meta.dirname, '../dashboards', board.file), dashboardJson(board));
