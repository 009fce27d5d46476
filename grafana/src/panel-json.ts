import { RUNBOOK_PATH } from '@holdfast/prometheus/generate-rules';
import type { GraphPanel, NumberPanel, Panel, Query, TablePanel, Threshold, TimelinePanel } from './panel.ts';

export const DATASOURCE = { type: 'prometheus', uid: '${datasource}' } as const;

/** Grafana's JSON of a panel, without its place on the board. Fields as in Grafana 12's dashboard schema 42. */
export function panelJson(panel: Panel): object {
  const { title, description, alerts = [] } = panel;
  const common = { title, description, datasource: DATASOURCE, links: alerts.map(runbookLink) };
  switch (panel.kind) {
    case 'graph':
      return { ...common, type: 'timeseries', targets: panel.queries.map(rangeTarget), ...graph(panel) };
    case 'number':
      return { ...common, type: 'stat', targets: [rangeTarget(panel.query, 0)], ...number(panel) };
    case 'timeline':
      return {
        ...common,
        type: 'state-timeline',
        targets: [rangeTarget(panel.query, 0)],
        ...timeline(panel),
      };
    case 'table':
      return { ...common, type: 'table', targets: [instantTarget(panel.query.expr)], ...table(panel) };
    case 'alerts':
      return { title, description, type: 'alertlist', options: alertListOptions };
    case 'text':
      return { title, description, type: 'text', options: { mode: 'markdown', content: panel.markdown } };
  }
}

const runbookLink = (alert: string) => ({
  title: alert,
  url: `${RUNBOOK_PATH}/${alert}.md`,
  targetBlank: true,
});

const refId = (index: number) => String.fromCharCode('A'.charCodeAt(0) + index);

const rangeTarget = ({ expr, legend }: Query, index: number) => ({
  refId: refId(index),
  datasource: DATASOURCE,
  expr,
  legendFormat: legend,
  editorMode: 'code',
  range: true,
});

const instantTarget = (expr: string) => ({
  refId: 'A',
  datasource: DATASOURCE,
  expr,
  editorMode: 'code',
  format: 'table',
  instant: true,
  range: false,
});

function graph({ unit, stacked = false, thresholds, colors = {}, max }: GraphPanel) {
  return {
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        ...(max === undefined ? {} : { max }),
        noValue: 'no traffic',
        custom: {
          drawStyle: 'line',
          lineWidth: 1,
          fillOpacity: stacked ? 60 : 10,
          showPoints: 'never',
          spanNulls: false,
          stacking: { mode: stacked ? 'normal' : 'none', group: 'A' },
          thresholdsStyle: { mode: thresholds ? 'dashed' : 'off' },
        },
        thresholds: thresholdsJson(thresholds),
      },
      overrides: Object.entries(colors).map(([name, color]) => ({
        matcher: { id: 'byName', options: name },
        properties: [{ id: 'color', value: { mode: 'fixed', fixedColor: color } }],
      })),
    },
    options: {
      legend: { showLegend: true, displayMode: 'list', placement: 'bottom', calcs: [] },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
  };
}

function number({ unit, thresholds, whenEmpty = 'no traffic', decimals }: NumberPanel) {
  return {
    fieldConfig: {
      defaults: {
        unit,
        noValue: whenEmpty,
        ...(decimals === undefined ? {} : { decimals }),
        color: { mode: 'thresholds' },
        thresholds: thresholdsJson(thresholds),
      },
      overrides: [],
    },
    options: {
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
      colorMode: thresholds ? 'background' : 'none',
      graphMode: 'area',
      textMode: 'auto',
    },
  };
}

function timeline({ states }: TimelinePanel) {
  const options = Object.fromEntries(
    Object.entries(states).map(([value, { text, color }], index) => [value, { text, color, index }]),
  );
  return {
    fieldConfig: {
      defaults: {
        noValue: 'unknown',
        mappings: [{ type: 'value', options }],
        custom: { fillOpacity: 80, lineWidth: 0 },
        color: { mode: 'thresholds' },
        thresholds: thresholdsJson(undefined),
      },
      overrides: [],
    },
    options: {
      showValue: 'never',
      mergeValues: true,
      rowHeight: 0.8,
      legend: { showLegend: true, displayMode: 'list', placement: 'bottom' },
      tooltip: { mode: 'single' },
    },
  };
}

function table({ unit, columns }: TablePanel) {
  const names = Object.keys(columns);
  return {
    fieldConfig: {
      defaults: { noValue: 'none', custom: { filterable: true } },
      overrides: [
        { matcher: { id: 'byName', options: columns.Value }, properties: [{ id: 'unit', value: unit }] },
      ],
    },
    options: { showHeader: true, sortBy: [{ displayName: columns.Value, desc: true }] },
    transformations: [
      {
        id: 'organize',
        options: {
          excludeByName: { Time: true, __name__: true, instance: true, job: true },
          indexByName: Object.fromEntries(names.map((name, index) => [name, index])),
          renameByName: columns,
        },
      },
    ],
  };
}

const alertListOptions = {
  viewMode: 'list',
  groupMode: 'default',
  groupBy: [],
  maxItems: 20,
  sortOrder: 3, // importance
  dashboardAlerts: false,
  alertName: 'Holdfast',
  alertInstanceLabelFilter: '',
  // By name, unlike everywhere else.
  datasource: 'Prometheus',
  stateFilter: { firing: true, pending: true, noData: false, normal: false, error: true, recovering: true },
};

function thresholdsJson(thresholds: readonly Threshold[] | undefined) {
  const steps = (thresholds ?? []).map(({ from, color }) => ({ value: from, color }));
  return { mode: 'absolute', steps: [{ value: null, color: thresholds ? 'green' : 'text' }, ...steps] };
}
