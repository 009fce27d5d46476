import { type Html, html } from './html.ts';

export interface Column {
  readonly title: string;
  /** Stands to the right. */
  readonly numeric?: boolean;
}

export interface TableParts {
  /** What the table is, for who cannot see where it stands. */
  readonly caption: string;
  readonly columns: readonly Column[];
  /** Each has a cell per column; the first one names the row. */
  readonly rows: readonly (readonly Html[])[];
}

/**
 * A table that a narrow screen shows as cards, each cell with its column's title before it. Roles are written out, since
 * browsers forget them when CSS lays out a table as something else.
 */
export function table({ caption, columns, rows }: TableParts): Html {
  return html`<table role="table">
<caption class="unseen">${caption}</caption>
<thead role="rowgroup"><tr role="row">${columns.map(headOf)}</tr></thead>
<tbody role="rowgroup">${rows.map(
    (row) => html`
<tr role="row">${row.map((cell, index) => cellOf(columns[index]!, cell, index === 0))}</tr>`,
  )}
</tbody></table>`;
}

const headOf = ({ title, numeric = false }: Column): Html =>
  html`<th role="columnheader" scope="col"${numeric && NUMERIC}>${title}</th>`;

function cellOf({ title, numeric = false }: Column, cell: Html, isFirst: boolean): Html {
  const content = html`<div>${cell}</div>`;
  return isFirst
    ? html`<th role="rowheader" scope="row">${content}</th>`
    : html`<td role="cell" data-title="${title}"${numeric && NUMERIC}>${content}</td>`;
}

const NUMERIC = html` class="numeric"`;
