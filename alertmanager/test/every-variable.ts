/** A believable value for every variable of every channel. */
export const everyVariable: Readonly<Record<string, string>> = {
  SLACK_WEBHOOK_URL: 'https://hooks.slack.example.com/services/T0/B0/xyz',
  SLACK_CHANNEL: '#alerts',
  TELEGRAM_BOT_TOKEN: '123456:telegram-token',
  TELEGRAM_CHAT_ID: '-1001234567890',
  SMTP_HOST: 'smtp.example.com:587',
  ALERT_EMAIL_FROM: 'holdfast@example.com',
  ALERT_EMAIL_TO: 'oncall@example.com',
  SMTP_USERNAME: 'mailer',
  SMTP_PASSWORD: 'mail-password',
  SMTP_REQUIRE_TLS: 'true',
  DISCORD_WEBHOOK_URL: 'https://discord.example.com/api/webhooks/1/abc',
  ALERT_WEBHOOK_URL: 'https://hooks.example.com/alerts',
  ALERT_WEBHOOK_TOKEN: 'hook-token',
  PAGERDUTY_ROUTING_KEY: '0123456789abcdef0123456789abcdef',
  HEARTBEAT_URL: 'https://heartbeat.example.com/ping/1',
};
