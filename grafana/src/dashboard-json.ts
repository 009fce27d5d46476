import { RUNBOOK_PATH } from '@holdfast/prometheus/generate-rules';
import type { Board, Panel, Row, Variable } from './panel.ts';
import { DATASOURCE, panelJson } from './panel-json.ts';

const COLUMNS = 24;
const HEIGHTS: Readonly<Record<Panel['kind'], number>> = {
  graph: 8,
  number: 4,
  timeline: 8,
  table: 8,
  alerts: 8,
  text: 4,
};

/** The text of a dashboard file. The same board gives the same text. */
export function dashboardJson({ uid, title, description, variables, rows }: Board): string {
  const dashboard = {
    uid,
    title,
    description,
    tags: ['holdfast'],
    schemaVersion: 42,
    editable: false,
    graphTooltip: 1, // one cross-hair over all panels
    timezone: 'browser',
    time: { from: 'now-30m', to: 'now' },
    refresh: '10s',
    links,
    templating: { list: [datasourceVariable, ...variables.map(queryVariable)] },
    annotations: { list: annotations },
    panels: layOut(rows),
  };
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}

/** From left to right, a new line where a panel does not fit; ids by position, so that links to a panel stay. */
function layOut(rows: readonly Row[]): object[] {
  const placed: object[] = [];
  let y = 0;
  for (const { title, panels } of rows) {
    placed.push({
      id: placed.length + 1,
      type: 'row',
      title,
      collapsed: false,
      gridPos: { x: 0, y, w: COLUMNS, h: 1 },
      panels: [],
    });
    y += 1;
    let x = 0;
    let lineHeight = 0;
    for (const panel of panels) {
      const w = panel.width ?? 8;
      const h = panel.height ?? HEIGHTS[panel.kind];
      if (x + w > COLUMNS) {
        x = 0;
        y += lineHeight;
        lineHeight = 0;
      }
      placed.push({ id: placed.length + 1, gridPos: { x, y, w, h }, ...panelJson(panel) });
      x += w;
      lineHeight = Math.max(lineHeight, h);
    }
    y += lineHeight;
  }
  return placed;
}

const links = [
  {
    type: 'dashboards',
    title: 'Holdfast',
    tags: ['holdfast'],
    asDropdown: false,
    keepTime: true,
    includeVars: false,
    icon: 'external link',
    targetBlank: false,
    tooltip: '',
    url: '',
  },
  {
    type: 'link',
    title: 'Runbooks',
    url: `${RUNBOOK_PATH}/README.md`,
    icon: 'doc',
    targetBlank: true,
    tags: [],
    asDropdown: false,
    keepTime: false,
    includeVars: false,
    tooltip: 'What to do when an alert fires',
  },
  {
    type: 'link',
    title: 'Alerts',
    url: '/alerting/list?search=Holdfast',
    icon: 'bell',
    targetBlank: false,
    tags: [],
    asDropdown: false,
    keepTime: false,
    includeVars: false,
    tooltip: 'Rules and silences',
  },
];

const datasourceVariable = {
  type: 'datasource',
  name: 'datasource',
  label: 'Data source',
  query: 'prometheus',
  current: { text: 'Prometheus', value: 'holdfast-prometheus' },
  refresh: 1,
  hide: 0,
};

function queryVariable({ name, label, metric, of }: Variable) {
  const query = `label_values(${metric}, ${of})`;
  return {
    type: 'query',
    name,
    label,
    datasource: DATASOURCE,
    definition: query,
    query: { query, refId: 'variable' },
    includeAll: true,
    allValue: '.*',
    multi: true,
    current: { text: ['All'], value: ['$__all'] },
    refresh: 2, // also when the time range changes
    sort: 1,
    hide: 0,
  };
}

const annotations = [
  {
    name: 'Alerts',
    datasource: DATASOURCE,
    enable: true,
    iconColor: 'red',
    target: { refId: 'alerts', expr: 'ALERTS{alertname=~"Holdfast.+", alertstate="firing"}', step: '10s' },
    expr: 'ALERTS{alertname=~"Holdfast.+", alertstate="firing"}',
    step: '10s',
    titleFormat: '{{alertname}}',
    textFormat: '{{llm_cluster}} {{llm_endpoint}} {{pool}}',
    tagKeys: 'severity',
  },
  {
    name: 'Configuration loaded',
    datasource: DATASOURCE,
    enable: true,
    iconColor: 'blue',
    target: {
      refId: 'reloads',
      expr: 'changes(holdfast_config_last_reload_success_timestamp_seconds[1m]) > 0',
      step: '60s',
    },
    expr: 'changes(holdfast_config_last_reload_success_timestamp_seconds[1m]) > 0',
    step: '60s',
    titleFormat: 'Configuration loaded',
    textFormat: '{{job}}',
    tagKeys: '',
  },
];
