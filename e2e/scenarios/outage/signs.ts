import { readMonitoring } from '@holdfast/cli/alerts/monitoring';
import { readSuiteStatus } from '@holdfast/cli/status/suite-status';
import { createSuiteClient } from '@holdfast/cli/suite/suite-client';
import { fetchMetrics } from '../../support/metrics.ts';
import type { Component, Sign } from './cell.ts';
import type { Fleet } from './fleet.ts';

export type Service = 'gateway' | 'health-checker' | 'token-rotator' | 'tagger';

const ENOUGH = 30;

/** Holds once so many more requests were answered, each as it should be. */
export const clientsServed: Sign = {
  text: 'every client request',
  holds: ({ clients }) => clients.problems().length === 0 && clients.answered() >= ENOUGH,
};

export const sign = (text: string, holds: Sign['holds']): Sign => ({ text, holds });

/** Where each process of a service shows its metrics and whether it is ready. */
export const opsUrls = ({ gateways, ports }: Fleet, service: Service): string[] =>
  service === 'gateway' ? gateways.map(({ adminUrl }) => adminUrl) : [`http://127.0.0.1:${ports[service]}`];

export const metric = (services: readonly Service[], name: string, value: number): Sign => ({
  text: `\`${name} ${value}\` (${services.join(', ')})`,
  async holds(fleet) {
    const pages = await Promise.all(services.flatMap((service) => opsUrls(fleet, service)).map(fetchMetrics));
    return pages.every((page) => page.sum(name) === value);
  },
});

export const readyz = (service: Service, check: string, value: string): Sign => ({
  text: `\`/readyz\` of the ${service}: \`${check}\` is \`${value}\``,
  async holds(fleet) {
    const told = await Promise.all(
      opsUrls(fleet, service).map(async (url) => JSON.parse((await fleet.http.get(`${url}/readyz`)).text)),
    );
    return told.every(({ checks }) => checks[check] === value);
  },
});

export const logged = (names: readonly ('gateway' | Component)[], line: string): Sign => ({
  text: `log of ${names.join(', ')}: "${line}"`,
  holds: ({ printed }) =>
    names.flatMap((name) => printed(name)).every((text) => text.includes(`"msg":"${line}"`)),
});

/** What a path of the client port answers, at every gateway. */
export const answers = (method: 'GET' | 'POST', path: string, status: number, code?: string): Sign => ({
  text: `\`${method} ${path}\` at a gateway: ${status}${code ? ` \`${code}\`` : ''}`,
  async holds({ ask, gateways }) {
    const replies = await Promise.all(gateways.map((gateway) => ask(method, path, undefined, gateway)));
    return replies.every(
      (reply) =>
        reply.status === status && (code === undefined || JSON.parse(reply.text).error?.code === code),
    );
  },
});

export const alert = (name: string, labels: Readonly<Record<string, string>> = {}): Sign => ({
  text: `alert \`${name}\`${Object.values(labels)
    .map((value) => ` of ${value}`)
    .join('')}, pending at first`,
  async holds({ prometheus }) {
    const found = await prometheus.alerts();
    return found.some(
      (one) =>
        one.alertname === name && Object.entries(labels).every(([label, value]) => one[label] === value),
    );
  },
});

/** A reason that `./holdfast status` gives. */
export const cliStatus = (reason: string): Sign => ({
  text: `\`./holdfast status\`: "${reason}"`,
  async holds({ config }) {
    const { reasons } = await readSuiteStatus(config, createSuiteClient(config));
    return reasons.includes(reason);
  },
});

export const cliAlerts = (text: string, holds: (source: string | null) => boolean): Sign => ({
  text: `\`./holdfast alerts\`: ${text}`,
  async holds({ prometheus, ports }) {
    const monitored = await readMonitoring({
      // Nobody listens there.
      alertmanager: `http://127.0.0.1:${ports.redis + 1}`,
      expectsAlertmanager: false,
      prometheus: prometheus.url,
    });
    return holds(monitored?.source ?? null);
  },
});
