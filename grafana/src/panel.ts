/**
 * What a board is written in: panels of a few kinds, each a plain value; `dashboard-json.ts` turns them into Grafana's JSON.
 * Every panel says in its description which question it answers.
 */

export interface Query {
  /** PromQL. `$cluster`, `$pool` are the board's variables, `$__rate_interval` and `$__range` Grafana's. */
  readonly expr: string;
  /** Template of the series' name, such as `{{llm_cluster}}`. */
  readonly legend: string;
}

export type Unit = 'short' | 's' | 'percentunit' | 'reqps' | 'bytes' | 'dateTimeFromNow' | 'none' | 'ops';

export type Color = 'green' | 'yellow' | 'orange' | 'red' | 'blue' | 'purple' | 'text';

export interface Threshold {
  /** From this value on. */
  readonly from: number;
  readonly color: Color;
}

interface PanelBase {
  readonly title: string;
  readonly description: string;
  /** Of 24 columns. Default 8. */
  readonly width?: number;
  /** Rows of 30 px. Default 8; 4 for a single number. */
  readonly height?: number;
  /** Alerts that speak of the same thing: the panel links to their runbooks. */
  readonly alerts?: readonly `Holdfast${string}`[];
  /** Under the demo's load the query may rightly return nothing. */
  readonly mayBeEmpty?: boolean;
}

export interface GraphPanel extends PanelBase {
  readonly kind: 'graph';
  readonly unit: Unit;
  readonly queries: readonly Query[];
  readonly stacked?: boolean;
  /** Drawn as lines over the graph. */
  readonly thresholds?: readonly Threshold[];
  /** Series name -> color; the rest takes Grafana's palette. */
  readonly colors?: Readonly<Record<string, Color>>;
  readonly max?: number;
}

export interface NumberPanel extends PanelBase {
  readonly kind: 'number';
  readonly unit: Unit;
  readonly query: Query;
  readonly thresholds?: readonly Threshold[];
  /** What stands there when the query returns nothing. Default `no traffic`. */
  readonly whenEmpty?: string;
  readonly decimals?: number;
}

export interface TimelinePanel extends PanelBase {
  readonly kind: 'timeline';
  readonly query: Query;
  /** Value -> word and color. */
  readonly states: Readonly<Record<number, { readonly text: string; readonly color: Color }>>;
}

export interface TablePanel extends PanelBase {
  readonly kind: 'table';
  readonly unit: Unit;
  readonly query: Omit<Query, 'legend'>;
  /** Label -> column heading, in order; `Value` is the number. */
  readonly columns: Readonly<Record<string, string>>;
}

export interface AlertsPanel extends PanelBase {
  readonly kind: 'alerts';
}

export interface TextPanel extends PanelBase {
  readonly kind: 'text';
  readonly markdown: string;
}

export type Panel = GraphPanel | NumberPanel | TimelinePanel | TablePanel | AlertsPanel | TextPanel;

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export interface Variable {
  readonly name: string;
  readonly label: string;
  /** PromQL metric and label whose values it offers. */
  readonly metric: string;
  readonly of: string;
}

export interface Board {
  /** Fixed: alerts and other boards link to it. */
  readonly uid: `holdfast-${string}`;
  readonly file: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly Variable[];
  readonly rows: readonly Row[];
}

/** The queries of a panel, in the order of its legend. */
export function queriesOf(panel: Panel): readonly string[] {
  switch (panel.kind) {
    case 'graph':
      return panel.queries.map(({ expr }) => expr);
    case 'number':
    case 'timeline':
    case 'table':
      return [panel.query.expr];
    case 'alerts':
    case 'text':
      return [];
  }
}
