import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { monitoringUrls } from '@holdfast/config/environment';
import type { ReceivedAlert } from '@holdfast/gateway/admin/alerts';
import { duration } from '@holdfast/runtime/duration';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { call, NoAnswer } from '../suite/call.ts';
import { ServiceAway } from '../suite/service-error.ts';
import type { SuiteClient } from '../suite/suite-client.ts';
import { bad, good } from '../terminal/paint.ts';
import { printJson } from '../terminal/print-json.ts';

/** Longer than Alertmanager's `group_interval` (30 s): a second test within it is delivered only then. */
export const PATIENCE_MS = 45_000;
const LOOK_EVERY_MS = 250;

interface TestResult {
  readonly state: 'ok' | 'degraded';
  /** What the alert was given to. */
  readonly sent_to: 'alertmanager' | 'webhook';
  readonly delivered: boolean;
  readonly took_ms: number;
  readonly message: string;
}

/** Sends a test alert the way real ones go, sees whether it arrives at the gateway's webhook, and ends it. */
export async function testAlert(suite: SuiteClient, json: boolean, patienceMs: number): Promise<ExitCode> {
  const { alertmanager, expectsAlertmanager } = monitoringUrls();
  const alert = createTestAlert();
  const startedMs = performance.now();
  const isTaken = await giveToAlertmanager(alertmanager, alert.firing());
  if (!isTaken) await suite.ask('gateway admin', '/alerts/webhook', { body: alert.delivery('firing') });
  const delivered = await arrives(suite, alert.id, isTaken ? patienceMs : 0);
  if (isTaken) await giveToAlertmanager(alertmanager, alert.ended());
  else await suite.ask('gateway admin', '/alerts/webhook', { body: alert.delivery('resolved') });

  const tookMs = Math.round(performance.now() - startedMs);
  const result: TestResult = {
    // Where nobody runs an Alertmanager, the gateway's own webhook is all there is.
    state: delivered && (isTaken || !expectsAlertmanager) ? 'ok' : 'degraded',
    sent_to: isTaken ? 'alertmanager' : 'webhook',
    delivered,
    took_ms: tookMs,
    message: !isTaken
      ? `Alertmanager does not answer at ${alertmanager}. Sent straight to the gateway's webhook instead, which ${delivered ? 'took it' : 'did not keep it'}: no other channel was tested.`
      : delivered
        ? `Alertmanager at ${alertmanager} delivered the test alert to the gateway's webhook after ${duration(tookMs)}. It went to every other channel that is set up, too.`
        : `Alertmanager at ${alertmanager} took the test alert, but it did not arrive at the gateway's webhook within ${duration(patienceMs)}.`,
  };
  if (json) printJson(result);
  else console.log((result.state === 'ok' ? good : bad)(result.message));
  return EXIT[result.state];
}

function createTestAlert() {
  const id = randomUUID();
  const startsAt = new Date().toISOString();
  const labels = { alertname: 'HoldfastTest', severity: 'warning', test_id: id };
  const annotations = {
    summary: 'A test of the alerting path',
    description: 'Sent by ./holdfast alerts test. Nothing is wrong.',
  };
  return {
    id,
    firing: () => ({ labels, annotations, startsAt }),
    ended: () => ({ labels, annotations, startsAt, endsAt: new Date().toISOString() }),
    /** As Alertmanager's webhook sends it. */
    delivery: (status: 'firing' | 'resolved') => ({
      version: '4',
      status,
      alerts: [
        {
          status,
          labels,
          annotations,
          startsAt,
          ...(status === 'resolved' ? { endsAt: new Date().toISOString() } : {}),
        },
      ],
    }),
  };
}

async function giveToAlertmanager(url: string, alert: object): Promise<boolean> {
  try {
    return (await call(`${url}/api/v2/alerts`, { body: [alert] })).status === 200;
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return false;
  }
}

/** Looks until it is there or the time is up; at least once. A gateway that is away has not got it. */
async function arrives(suite: SuiteClient, id: string, patienceMs: number): Promise<boolean> {
  const deadlineMs = performance.now() + patienceMs;
  for (;;) {
    const { alerts } = await suite
      .ask<{ alerts: ReceivedAlert[] }>('gateway admin', '/alerts')
      .catch(nothingIfAway);
    if (alerts.some(({ labels }) => labels.test_id === id)) return true;
    if (performance.now() >= deadlineMs) return false;
    await pause(LOOK_EVERY_MS);
  }
}

function nothingIfAway(error: unknown): { alerts: ReceivedAlert[] } {
  if (error instanceof ServiceAway) return { alerts: [] };
  throw error;
}
