import type { Cell, Client, Upstreams } from './matrix.ts';

/** Prints the matrix with its limits and failures, and how many cells passed; returns how many failed. */
export function printMatrix(
  clients: readonly Client[],
  upstreams: readonly Upstreams[],
  columns: readonly (readonly Cell[])[],
): number {
  const rows = clients.flatMap(({ name, features }) => features.map((feature) => `${name}: ${feature.name}`));
  const notes: string[] = [];
  const mark = (cell: Cell, row: string, column: string): string => {
    if (cell.kind === 'pass') return 'pass';
    if (cell.kind === 'fail') {
      notes.push(`FAIL ${row} (${column}): ${cell.error}`);
      return 'FAIL';
    }
    const note = `limit: ${cell.reason}`;
    const known = notes.indexOf(note);
    return `limit ${known === -1 ? notes.push(note) : known + 1}`;
  };
  const table = rows.map((row, index) => [
    row,
    ...columns.map((cells, column) => mark(cells[index]!, row, upstreams[column]!.name)),
  ]);
  const head = ['client: feature', ...upstreams.map(({ name }) => name)];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...table.map((cells) => cells[column]!.length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  console.log([line(head), line(widths.map((width) => '-'.repeat(width))), ...table.map(line)].join('\n'));
  if (notes.length > 0)
    console.log(`\n${notes.map((note, index) => `${String(index + 1)}. ${note}`).join('\n')}`);
  const all = columns.flat();
  const count = (kind: Cell['kind']) => all.filter((cell) => cell.kind === kind).length;
  console.log(
    `\n${all.length} cells: ${count('pass')} pass, ${count('limit')} documented limits, ${count('fail')} failed`,
  );
  return count('fail');
}
