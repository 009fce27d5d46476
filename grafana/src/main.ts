import path from 'node:path';
import { loadConfig } from '@holdfast/config/load-config';
import { writeDashboards } from './write-dashboards.ts';

/** Writes the dashboards that this repository ships: those of a configuration that says nothing. */
writeDashboards(
  path.resolve(import.meta.dirname, '../dashboards'),
  loadConfig({ env: {}, cwd: import.meta.dirname }),
);
