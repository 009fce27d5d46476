import { startSimulator } from '@holdfast/simulator/start-simulator';
import { clients } from './clients.ts';
import { type Cell, UPSTREAMS } from './matrix.ts';
import { printMatrix } from './print-matrix.ts';
import { runCell } from './run-cell.ts';
import { startColumn } from './stage.ts';

// `npm run clients [-- NAME ...]`: every client (or those whose name starts so) with every feature, before every kind of upstream.
const wanted = process.argv.slice(2);
const chosen = clients.filter(
  ({ name }) => wanted.length === 0 || wanted.some((word) => name.startsWith(word)),
);
if (chosen.length === 0) {
  console.error(`No such client. There are: ${clients.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}
await using simulator = await startSimulator();
const columns: Cell[][] = [];
for (const upstreams of UPSTREAMS) {
  await using gateway = await startColumn(simulator, upstreams);
  const cells: Cell[] = [];
  for (const { features } of chosen)
    for (const feature of features) cells.push(await runCell(simulator, gateway.url, upstreams, feature));
  columns.push(cells);
}
const failed = printMatrix(chosen, UPSTREAMS, columns);
process.exitCode = failed === 0 ? 0 : 1;
