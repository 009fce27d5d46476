/** The ways to reach people. A channel is on when its variables are set; each variable has a `_FILE` twin. */
export interface Channel {
  readonly name: string;
  readonly required: readonly string[];
  readonly optional?: readonly string[];
  /** `critical`: only what cannot wait. `heartbeat`: only the alert that always fires. */
  readonly gets: 'everything' | 'critical' | 'heartbeat';
  /** Alertmanager's `<kind>_configs` entry. Throws an Error that names the variable whose value is no good. */
  build(values: Readonly<Record<string, string>>): { readonly kind: string; readonly config: object };
}

const TITLE = '{{ template "holdfast.title" . }}';
const TEXT = '{{ template "holdfast.text" . }}';

export const channels: readonly Channel[] = [
  {
    name: 'Slack',
    required: ['SLACK_WEBHOOK_URL'],
    optional: ['SLACK_CHANNEL'],
    gets: 'everything',
    build: (values) => ({
      kind: 'slack',
      config: {
        api_url: url(values, 'SLACK_WEBHOOK_URL'),
        ...(values.SLACK_CHANNEL ? { channel: values.SLACK_CHANNEL } : {}),
        send_resolved: true,
        title: TITLE,
        title_link: '{{ (index .Alerts 0).Annotations.dashboard_url }}',
        text: TEXT,
        color: '{{ template "holdfast.color" . }}',
      },
    }),
  },
  {
    name: 'Telegram',
    required: ['TELEGRAM_BOT_TOKEN', 'TELEGRAM_CHAT_ID'],
    gets: 'everything',
    build: (values) => ({
      kind: 'telegram',
      config: {
        bot_token: values.TELEGRAM_BOT_TOKEN,
        chat_id: integer(values, 'TELEGRAM_CHAT_ID'),
        send_resolved: true,
        parse_mode: 'HTML',
        message: `<b>${TITLE}</b>\n${TEXT}`,
      },
    }),
  },
  {
    name: 'E-mail',
    required: ['SMTP_HOST', 'ALERT_EMAIL_FROM', 'ALERT_EMAIL_TO'],
    optional: ['SMTP_USERNAME', 'SMTP_PASSWORD', 'SMTP_REQUIRE_TLS'],
    gets: 'everything',
    build: (values) => ({
      kind: 'email',
      config: {
        smarthost: hostAndPort(values, 'SMTP_HOST', 587),
        from: values.ALERT_EMAIL_FROM,
        to: values.ALERT_EMAIL_TO,
        ...credentials(values),
        require_tls: values.SMTP_REQUIRE_TLS !== 'false',
        send_resolved: true,
        headers: { Subject: TITLE },
        text: TEXT,
        html: '',
      },
    }),
  },
  {
    name: 'Discord',
    required: ['DISCORD_WEBHOOK_URL'],
    gets: 'everything',
    build: (values) => ({
      kind: 'discord',
      config: {
        webhook_url: url(values, 'DISCORD_WEBHOOK_URL'),
        send_resolved: true,
        title: TITLE,
        message: TEXT,
      },
    }),
  },
  {
    name: 'Webhook',
    required: ['ALERT_WEBHOOK_URL'],
    optional: ['ALERT_WEBHOOK_TOKEN'],
    gets: 'everything',
    build: (values) => ({
      kind: 'webhook',
      config: {
        url: url(values, 'ALERT_WEBHOOK_URL'),
        send_resolved: true,
        ...(values.ALERT_WEBHOOK_TOKEN
          ? { http_config: { authorization: { credentials: values.ALERT_WEBHOOK_TOKEN } } }
          : {}),
      },
    }),
  },
  {
    name: 'PagerDuty',
    required: ['PAGERDUTY_ROUTING_KEY'],
    gets: 'critical',
    build: (values) => ({
      kind: 'pagerduty',
      config: {
        routing_key: values.PAGERDUTY_ROUTING_KEY,
        send_resolved: true,
        description: TITLE,
        severity: 'critical',
        details: { summary: TEXT },
        links: [
          {
            href: '{{ (index .Alerts 0).Annotations.runbook_url }}',
            text: 'Runbook',
          },
          {
            href: '{{ (index .Alerts 0).Annotations.dashboard_url }}',
            text: 'Dashboard',
          },
        ],
      },
    }),
  },
  {
    name: 'Heartbeat',
    required: ['HEARTBEAT_URL'],
    gets: 'heartbeat',
    build: (values) => ({
      kind: 'webhook',
      config: { url: url(values, 'HEARTBEAT_URL'), send_resolved: false },
    }),
  },
];

/** Every variable that a channel reads. */
export const channelVariables: readonly string[] = channels.flatMap(({ required, optional = [] }) => [
  ...required,
  ...optional,
]);

function url(values: Readonly<Record<string, string>>, name: string): string {
  const value = values[name]!;
  const parsed = URL.canParse(value) ? new URL(value) : null;
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) throw new Error(`${name} is no http(s) URL`);
  return value;
}

function integer(values: Readonly<Record<string, string>>, name: string): number {
  const number = Number(values[name]);
  if (!Number.isSafeInteger(number) || number === 0)
    throw new Error(`${name} is no number: a chat's id looks like -1001234567890`);
  return number;
}

function hostAndPort(values: Readonly<Record<string, string>>, name: string, defaultPort: number): string {
  const [, host, port] = /^([\w.-]+|\[[\da-fA-F:]+\])(?::(\d{1,5}))?$/.exec(values[name]!) ?? [];
  if (!host) throw new Error(`${name} is no host or host:port`);
  return `${host}:${port ?? defaultPort}`;
}

function credentials({ SMTP_USERNAME, SMTP_PASSWORD }: Readonly<Record<string, string>>): object {
  if (!SMTP_USERNAME && !SMTP_PASSWORD) return {};
  if (!SMTP_USERNAME) throw new Error('SMTP_USERNAME is missing (SMTP_PASSWORD is set)');
  if (!SMTP_PASSWORD) throw new Error('SMTP_PASSWORD is missing (SMTP_USERNAME is set)');
  return { auth_username: SMTP_USERNAME, auth_password: SMTP_PASSWORD };
}
