import { stripVTControlCharacters } from 'node:util';
import { bold } from './paint.ts';

const GAP = '  ';

/** Lines of aligned columns under their titles; a column that is empty in every row is left out. Numbers stand to the right. */
export function table(titles: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const texts = rows.map((row) => row.map((cell) => (cell === null ? '' : String(cell))));
  const shown = titles.map((_, column) => column).filter((column) => texts.some((row) => row[column] !== ''));
  const widths = shown.map((column) =>
    Math.max(titles[column]!.length, ...texts.map((row) => widthOf(row[column] ?? ''))),
  );
  const line = (cells: readonly string[], right: (column: number) => boolean) =>
    shown
      .map((column, index) => {
        const text = cells[column] ?? '';
        const space = ' '.repeat(widths[index]! - widthOf(text));
        return right(column) ? space + text : text + space;
      })
      .join(GAP)
      .trimEnd();
  const isNumeric = (column: number) =>
    rows.every((row) => row[column] === null || typeof row[column] === 'number');
  return [
    bold(line(titles, isNumeric)),
    ...texts.map((row, index) => line(row, (column) => typeof rows[index]![column] === 'number')),
  ].join('\n');
}

export type Cell = string | number | null;

const widthOf = (text: string) => stripVTControlCharacters(text).length;
