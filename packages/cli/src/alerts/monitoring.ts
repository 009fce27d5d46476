import type { MonitoringUrls } from '@holdfast/config/environment';
import { call, NoAnswer } from '../suite/call.ts';

/** An alert as the monitoring has it. */
export interface MonitoredAlert {
  readonly name: string;
  readonly status: 'firing' | 'pending' | 'suppressed';
  readonly severity: string | null;
  readonly summary: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly starts_at: string;
}

export interface Monitored {
  readonly source: 'alertmanager' | 'prometheus';
  readonly url: string;
  readonly alerts: readonly MonitoredAlert[];
}

/** What Alertmanager has; else what Prometheus has; null when neither answers as such. */
export async function readMonitoring({
  alertmanager,
  prometheus,
}: MonitoringUrls): Promise<Monitored | null> {
  const posted = await bodyOf(`${alertmanager}/api/v2/alerts`);
  if (Array.isArray(posted))
    return {
      source: 'alertmanager',
      url: alertmanager,
      alerts: (posted as AlertmanagerAlert[]).map(fromAlertmanager),
    };
  const found = (await bodyOf(`${prometheus}/api/v1/alerts`)) as PrometheusAlerts | null;
  if (Array.isArray(found?.data?.alerts))
    return { source: 'prometheus', url: prometheus, alerts: found.data.alerts.map(fromPrometheus) };
  return null;
}

async function bodyOf(url: string): Promise<unknown> {
  try {
    const { status, body } = await call(url);
    return status === 200 ? body : null;
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return null;
  }
}

type Texts = Readonly<Record<string, string>>;

/** https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml, gettableAlert */
interface AlertmanagerAlert {
  readonly labels: Texts;
  readonly annotations: Texts;
  readonly startsAt: string;
  readonly status: { readonly state: 'active' | 'suppressed' | 'unprocessed' };
}

/** https://prometheus.io/docs/prometheus/latest/querying/api/#alerts */
interface PrometheusAlerts {
  readonly data?: {
    readonly alerts?: readonly {
      readonly labels: Texts;
      readonly annotations: Texts;
      readonly activeAt: string;
      readonly state: 'firing' | 'pending';
    }[];
  };
}

const fromAlertmanager = ({ labels, annotations, startsAt, status }: AlertmanagerAlert): MonitoredAlert => ({
  ...about(labels, annotations),
  status: status.state === 'suppressed' ? 'suppressed' : 'firing',
  starts_at: startsAt,
});

const fromPrometheus = ({
  labels,
  annotations,
  activeAt,
  state,
}: NonNullable<NonNullable<PrometheusAlerts['data']>['alerts']>[number]): MonitoredAlert => ({
  ...about(labels, annotations),
  status: state,
  starts_at: activeAt,
});

const about = (labels: Texts, annotations: Texts) => ({
  name: labels.alertname ?? 'unnamed',
  severity: labels.severity ?? null,
  summary: annotations.summary ?? null,
  labels,
});
