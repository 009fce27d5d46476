import type { Logger } from '@holdfast/runtime/logger';
import { z } from 'zod';
import type { GatewayMetrics } from '../metrics.ts';

/** One state of one alert, as it was delivered. */
export interface ReceivedAlert {
  readonly name: string;
  readonly status: 'firing' | 'resolved';
  readonly severity: string | null;
  readonly summary: string | null;
  /** An http address, or null. */
  readonly runbook_url: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly starts_at: string;
  readonly ends_at: string | null;
  readonly received_at: string;
}

export interface Alerts {
  /** Takes a delivery of Alertmanager's webhook (version 4); the number of alerts in it, or null when it is none. */
  receive(delivery: unknown): number | null;
  /** Newest first. */
  list(): readonly ReceivedAlert[];
}

/** https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
const delivery = z.object({
  alerts: z.array(
    z.object({
      status: z.enum(['firing', 'resolved']),
      labels: z.record(z.string(), z.string()),
      annotations: z.record(z.string(), z.string()).default({}),
      startsAt: z.string(),
      endsAt: z.string().optional(),
    }),
  ),
});

const KEPT = 200;
/** Label values of the counter come from outside: names beyond the rules' own form are counted together. */
const ALERT_NAME = /^[A-Z][A-Za-z0-9]{0,80}$/;
const MAX_NAMES = 100;

/** The built-in receiver: what arrives is logged, counted and kept for the admin port. */
export function createAlerts(logger: Logger, metrics: GatewayMetrics): Alerts {
  const kept: ReceivedAlert[] = [];
  const names = new Set<string>();
  return {
    receive(body) {
      const parsed = delivery.safeParse(body);
      if (!parsed.success) return null;
      for (const { status, labels, annotations, startsAt, endsAt } of parsed.data.alerts) {
        const name = labels.alertname ?? 'unnamed';
        const alert: ReceivedAlert = {
          name,
          status,
          severity: labels.severity ?? null,
          summary: annotations.summary ?? null,
          runbook_url: webAddress(annotations.runbook_url),
          labels,
          starts_at: startsAt,
          ends_at: status === 'resolved' ? (endsAt ?? null) : null,
          received_at: new Date().toISOString(),
        };
        kept.unshift(alert);
        if (ALERT_NAME.test(name) && names.size < MAX_NAMES) names.add(name);
        metrics.alertReceived(names.has(name) ? name : 'other', status);
        logger[status === 'firing' ? 'warn' : 'info'](
          { alert: name, status, severity: alert.severity, summary: alert.summary, labels },
          'alert received',
        );
      }
      kept.length = Math.min(kept.length, KEPT);
      return parsed.data.alerts.length;
    },
    list: () => kept,
  };
}

/** Anybody who reaches the port may deliver: no address that would run a script. */
const webAddress = (text: string | undefined): string | null =>
  text !== undefined && /^https?:\/\//i.test(text) && URL.canParse(text) ? text : null;
