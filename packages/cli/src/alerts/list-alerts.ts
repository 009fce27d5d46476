import { type MonitoringUrls, monitoringUrls } from '@holdfast/config/environment';
import type { ReceivedAlert } from '@holdfast/gateway/admin/alerts';
import { firingAlerts } from '@holdfast/gateway/admin/firing-alerts';
import { visible } from '@holdfast/runtime/visible';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { ServiceAway } from '../suite/service-error.ts';
import type { SuiteClient } from '../suite/suite-client.ts';
import { moment } from '../terminal/format.ts';
import { bold, tone } from '../terminal/paint.ts';
import { printJson } from '../terminal/print-json.ts';
import { table } from '../terminal/table.ts';
import { type Monitored, readMonitoring } from './monitoring.ts';

/** Deliveries shown to people; `--json` has all that the gateway keeps. */
const SHOWN = 20;

/** Degraded while something fires; down when there is nobody to ask. */
export async function listAlerts(suite: SuiteClient, json: boolean): Promise<ExitCode> {
  const urls = monitoringUrls();
  const [monitored, received] = await Promise.all([
    readMonitoring(urls),
    suite
      .ask<{ alerts: ReceivedAlert[] }>('gateway admin', '/alerts')
      .then(({ alerts }) => alerts)
      .catch((error: unknown) => {
        if (error instanceof ServiceAway) return error;
        throw error;
      }),
  ]);
  const delivered = received instanceof ServiceAway ? null : received;
  if (monitored === null && received instanceof ServiceAway) throw received;
  const firing = monitored
    ? monitored.alerts.filter(({ status, severity }) => status === 'firing' && severity !== 'none')
    : firingAlerts(delivered ?? []);
  const state = firing.length > 0 ? 'degraded' : 'ok';
  if (json) {
    printJson({ state, monitoring: monitored, received: delivered });
  } else {
    console.log(describeMonitored(monitored, urls));
    console.log(
      delivered === null ? `\n${(received as ServiceAway).message}` : `\n${describeReceived(delivered)}`,
    );
  }
  return EXIT[state];
}

function describeMonitored(
  monitored: Monitored | null,
  { alertmanager, prometheus }: MonitoringUrls,
): string {
  if (monitored === null)
    return `Neither Alertmanager (${alertmanager}) nor Prometheus (${prometheus}) answers.`;
  const { source, url, alerts } = monitored;
  const title = `${bold(`In ${source === 'alertmanager' ? 'Alertmanager' : 'Prometheus'}`)} (${url})`;
  if (alerts.length === 0) return `${title}: none`;
  const nowMs = Date.now();
  return `${title}\n\n${table(
    ['STATUS', 'SEVERITY', 'ALERT', 'SINCE', 'SUMMARY'],
    alerts.map(({ status, severity, name, starts_at, summary }) => [
      tone(status),
      severity && tone(visible(severity)),
      visible(name),
      moment(starts_at, nowMs),
      summary && visible(summary),
    ]),
  )}`;
}

function describeReceived(received: readonly ReceivedAlert[]): string {
  const title = bold('Delivered to the gateway');
  if (received.length === 0) return `${title}: none`;
  const nowMs = Date.now();
  const rows = received
    .slice(0, SHOWN)
    .map(({ received_at, status, severity, name, summary }) => [
      moment(received_at, nowMs),
      tone(status),
      severity && tone(visible(severity)),
      visible(name),
      summary && visible(summary),
    ]);
  return `${title}\n\n${table(['AT', 'STATUS', 'SEVERITY', 'ALERT', 'SUMMARY'], rows)}`;
}
