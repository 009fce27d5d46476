import { stripVTControlCharacters } from 'node:util';
import { fitWidths, wrap } from './fit.ts';
import { bold } from './paint.ts';

const GAP = '  ';

export type Cell = string | number | null;

/**
 * Lines of aligned columns under their titles; a column that is empty in every row is left out. Numbers stand to the right.
 * Where it is wider than the terminal, its widest texts are wrapped.
 */
export function table(
  titles: readonly string[],
  rows: readonly (readonly Cell[])[],
  columns: number | undefined = process.stdout.columns,
): string {
  const shown = titles
    .map((_, column) => column)
    .filter((column) => rows.some((row) => textOf(row[column]) !== ''));
  const natural = shown.map((column) =>
    Math.max(titles[column]!.length, ...rows.map((row) => widthOf(textOf(row[column])))),
  );
  // A painted word would lose its colour in the middle.
  const mayWrap = shown.map((column) => rows.every((row) => textOf(row[column]) === stripped(row[column])));
  const room = (columns ?? Number.POSITIVE_INFINITY) - GAP.length * (shown.length - 1);
  const widths = fitWidths(natural, mayWrap, room);

  const lines = (cells: readonly Cell[], isRight: (column: number) => boolean): string[] => {
    const stacks = shown.map((column, index) => {
      const text = textOf(cells[column]);
      return widthOf(text) > widths[index]! ? wrap(text, widths[index]!) : [text];
    });
    const height = Math.max(...stacks.map(({ length }) => length));
    return Array.from({ length: height }, (_, line) =>
      shown
        .map((column, index) => {
          const text = stacks[index]![line] ?? '';
          const space = ' '.repeat(Math.max(0, widths[index]! - widthOf(text)));
          return isRight(column) ? space + text : text + space;
        })
        .join(GAP)
        .trimEnd(),
    );
  };
  const isNumeric = (column: number) =>
    rows.every((row) => row[column] === null || typeof row[column] === 'number');
  return [
    ...lines(titles, isNumeric).map(bold),
    ...rows.flatMap((row) => lines(row, (column) => typeof row[column] === 'number')),
  ].join('\n');
}

const textOf = (cell: Cell | undefined): string => (cell === null || cell === undefined ? '' : String(cell));
const stripped = (cell: Cell | undefined): string => stripVTControlCharacters(textOf(cell));
const widthOf = (text: string): number => stripVTControlCharacters(text).length;
