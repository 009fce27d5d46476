import { describeWithServer } from '@holdfast/runtime/testing/needs-server';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { renderConfig } from '../src/render-config.ts';
import { everyVariable } from './every-variable.ts';
import { type MessageSink, startMessageSink } from './message-sink.ts';
import {
  alertmanagerProgram,
  type PostedAlert,
  type RunningAlertmanager,
  startAlertmanager,
} from './running-alertmanager.ts';

const critical: PostedAlert = {
  labels: { alertname: 'HoldfastFallbackRatioCritical', severity: 'critical', llm_cluster: 'main' },
  annotations: {
    summary: 'main: 93% of requests are not answered by the first choice',
    description: "More than 80 % of the last five minutes' requests were answered by a fallback.",
    runbook_url: 'https://ops.example.com/runbooks/HoldfastFallbackRatioCritical.md',
    dashboard_url: 'https://ops.example.com/d/holdfast-clusters?var-cluster=main',
  },
};
const alert = (alertname: string, labels: Record<string, string>): PostedAlert => ({
  labels: { alertname, ...labels },
  annotations: { summary: `${alertname} happened` },
});

describeWithServer(alertmanagerProgram, 'a running Alertmanager', () => {
  let sink: MessageSink;
  let alertmanager: RunningAlertmanager;
  beforeAll(async () => {
    sink = await startMessageSink();
    alertmanager = await startAlertmanager(localConfig(sink));
    await alertmanager.post(critical);
  });
  afterAll(async () => {
    await alertmanager?.[Symbol.asyncDispose]();
    await sink?.[Symbol.asyncDispose]();
  });

  test.each([
    '/slack',
    '/bot123456:telegram-token/sendMessage',
    '/discord',
    '/hook',
    '/pagerduty',
    '/builtin',
    'smtp',
  ])('brings a critical alert to %s', async (to) => {
    const { body } = await sink.waitFor((message) => message.to === to);
    // Mail folds and encodes its lines.
    expect(body.replace(/=\r\n/g, '')).toContain('requests were answered by a fallback.');
  });

  test('the message says what is wrong, since when, and where to read on', async () => {
    const { body } = await sink.waitFor(({ to }) => to.endsWith('/sendMessage'));
    const { text } = JSON.parse(body) as { text: string };
    expect(text.trim().split('\n')).toEqual([
      '<b>🔴 main: 93% of requests are not answered by the first choice</b>',
      expect.stringContaining('answered by a fallback.'),
      expect.stringMatching(/^Since \d\d:\d\d UTC$/),
      'What to do: https://ops.example.com/runbooks/HoldfastFallbackRatioCritical.md',
      'Dashboard: https://ops.example.com/d/holdfast-clusters?var-cluster=main',
    ]);
  });

  test('the generic webhook carries its bearer token', async () => {
    const { headers } = await sink.waitFor(({ to }) => to === '/hook');
    expect(headers.authorization).toBe('Bearer hook-token');
  });

  test('the heartbeat gets the Watchdog, and people do not', async () => {
    await alertmanager.post(alert('Watchdog', { severity: 'none' }));
    await sink.waitFor(({ to }) => to === '/heartbeat');
    expect(sink.messages.filter(({ to, body }) => to !== '/heartbeat' && body.includes('Watchdog'))).toEqual(
      [],
    );
  });

  test('the worse alert mutes the milder one about the same thing, and no other', async () => {
    await alertmanager.post(
      alert('HoldfastFallbackRatioHigh', { severity: 'warning', llm_cluster: 'main' }),
      alert('HoldfastClusterDown', { severity: 'critical', llm_cluster: 'claude' }),
      alert('HoldfastEndpointDown', { severity: 'warning', llm_cluster: 'claude', llm_endpoint: 'a' }),
      alert('HoldfastTokenPoolLow', { severity: 'warning', pool: 'github' }),
      alert('HoldfastTokenPoolExhausted', { severity: 'critical', pool: 'another' }),
    );
    await sink.waitFor(({ to, body }) => to === '/builtin' && body.includes('HoldfastTokenPoolLow'));
    expect(await alertmanager.states()).toMatchObject({
      HoldfastFallbackRatioCritical: 'active',
      HoldfastFallbackRatioHigh: 'suppressed',
      HoldfastClusterDown: 'active',
      HoldfastEndpointDown: 'suppressed',
      HoldfastTokenPoolLow: 'active',
    });
  });

  test('one message tells what several processes miss, and names each', async () => {
    const missing = (job: string): PostedAlert => ({
      labels: { alertname: 'HoldfastStateStoreDown', severity: 'warning', job },
      annotations: { summary: `${job} cannot reach Redis` },
    });
    await alertmanager.post(missing('gateway'), missing('tagger'));
    const { body } = await sink.waitFor(
      ({ to, body: text }) =>
        to.endsWith('/sendMessage') && text.includes('HoldfastStateStoreDown: 2 alerts'),
    );
    const { text } = JSON.parse(body) as { text: string };
    expect(text).toContain('gateway cannot reach Redis');
    expect(text).toContain('tagger cannot reach Redis');
  });

  test('a text with marks of HTML reaches Telegram as text, which would refuse it otherwise', async () => {
    await alertmanager.post({
      labels: { alertname: 'HoldfastMarks', severity: 'warning' },
      annotations: { summary: 'p95 <is> above & beyond' },
    });
    const { body } = await sink.waitFor(
      (message) => message.to.endsWith('/sendMessage') && message.body.includes('beyond'),
    );
    expect((JSON.parse(body) as { text: string }).text).toContain('p95 &lt;is&gt; above &amp; beyond');
  });

  test('the end of an alert is told, without a call to action', async () => {
    await alertmanager.post({ ...critical, endsAt: new Date(Date.now() - 1000).toISOString() });
    const { body } = await sink.waitFor(
      (message) => message.to.endsWith('/sendMessage') && message.body.includes('Resolved'),
    );
    const { text } = JSON.parse(body) as { text: string };
    expect(text).toContain('✅ Resolved: main: 93% of requests');
    expect(text).toMatch(/Over since \d\d:\d\d UTC/);
    expect(text).not.toContain('What to do');
  });
});

/** The rendered configuration with every channel on, its receivers' addresses moved to the sink, and its waits cut. */
function localConfig({ url, smtpHost }: MessageSink): string {
  const rendered = renderConfig({
    ...everyVariable,
    SLACK_WEBHOOK_URL: `${url}/slack`,
    DISCORD_WEBHOOK_URL: `${url}/discord`,
    ALERT_WEBHOOK_URL: `${url}/hook`,
    HEARTBEAT_URL: `${url}/heartbeat`,
    SMTP_HOST: smtpHost,
    SMTP_REQUIRE_TLS: 'false',
  });
  const config = parse(rendered.replaceAll('http://gateway:4001/alerts/webhook', `${url}/builtin`));
  config.global = { telegram_api_url: url, pagerduty_url: `${url}/pagerduty` };
  config.route = { ...config.route, group_wait: '0s', group_interval: '1s' };
  for (const { email_configs: mails = [] } of config.receivers) {
    for (const mail of mails) {
      delete mail.auth_username; // the sink asks for no password
      delete mail.auth_password;
    }
  }
  return stringify(config);
}
