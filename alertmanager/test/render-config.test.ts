import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeWithServer } from '@holdfast/runtime/testing/needs-server';
import { afterAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { channels, channelVariables } from '../src/channels.ts';
import { ChannelError, renderConfig } from '../src/render-config.ts';
import { everyVariable } from './every-variable.ts';

const kindsOf = (text: string, name: string) => {
  const { receivers } = parse(text) as { receivers: { name: string }[] };
  const receiver = receivers.find((candidate) => candidate.name === name)!;
  return Object.entries(receiver)
    .filter(([key]) => key.endsWith('_configs'))
    .map(([key, list]) => [key.replace('_configs', ''), (list as unknown as unknown[]).length]);
};

describe('the rendered configuration', () => {
  test('without any variable alerts go to the built-in webhook and the heartbeat nowhere', () => {
    const text = renderConfig({});
    expect(kindsOf(text, 'everyone')).toEqual([['webhook', 1]]);
    expect(kindsOf(text, 'critical')).toEqual([['webhook', 1]]);
    expect(kindsOf(text, 'heartbeat')).toEqual([]);
    expect(text).toContain('http://gateway:4001/alerts/webhook');
  });

  test.each(channels)('$name alone joins the built-in webhook', ({ required, gets }) => {
    const values = Object.fromEntries(required.map((name) => [name, everyVariable[name]!]));
    const text = renderConfig(values);
    const configured = (name: string) =>
      kindsOf(text, name).reduce((sum, [, count]) => sum + Number(count), 0);
    expect([configured('everyone'), configured('critical'), configured('heartbeat')]).toEqual(
      { everything: [2, 2, 0], critical: [1, 2, 0], heartbeat: [1, 1, 1] }[gets],
    );
  });

  test('a page is only for what cannot wait', () => {
    const text = renderConfig(everyVariable);
    expect(Object.fromEntries(kindsOf(text, 'everyone'))).not.toHaveProperty('pagerduty');
    expect(Object.fromEntries(kindsOf(text, 'critical'))).toHaveProperty('pagerduty', 1);
  });

  const needed = channels.flatMap(({ name, required, optional = [] }) =>
    required
      .filter(() => required.length + optional.length > 1)
      .map((missing) => ({ name, missing, all: [...required, ...optional] })),
  );
  test.each(needed)(
    '$name without $missing is refused, and the missing variable is named',
    ({ missing, all }) => {
      const values = Object.fromEntries(
        all.filter((name) => name !== missing).map((name) => [name, everyVariable[name]!]),
      );
      expect(() => renderConfig(values)).toThrow(ChannelError);
      expect(() => renderConfig(values)).toThrow(new RegExp(`${missing}\\b.*missing`));
    },
  );

  test('every problem is named at once, and no value is repeated', () => {
    const values = {
      TELEGRAM_BOT_TOKEN: '123:secret',
      DISCORD_WEBHOOK_URL: 'discord-secret',
      ...{ SMTP_HOST: 'mail', ALERT_EMAIL_FROM: 'a@example.com', ALERT_EMAIL_TO: 'b@example.com' },
      SMTP_PASSWORD: 'mail-secret',
    };
    const { message } = caught(() => renderConfig(values));
    expect(message.split('\n')).toHaveLength(3);
    expect(message).toContain('TELEGRAM_CHAT_ID missing');
    expect(message).toContain('DISCORD_WEBHOOK_URL');
    expect(message).toContain('SMTP_USERNAME is missing');
    expect(message).not.toContain('secret');
  });

  test('the variables have distinct names, and each is used', () => {
    expect(new Set(channelVariables).size).toBe(channelVariables.length);
    expect(Object.keys(everyVariable).sort()).toEqual([...channelVariables].sort());
  });
});

describeWithServer(
  { command: 'amtool', install: 'apt-get install -y prometheus-alertmanager' },
  'amtool',
  () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-alertmanager-'));
    afterAll(() => rmSync(directory, { recursive: true }));
    cpSync(path.resolve(import.meta.dirname, '../templates'), path.join(directory, 'templates'), {
      recursive: true,
    });
    const file = path.join(directory, 'alertmanager.yml');
    const amtool = (...args: string[]) => spawnSync('amtool', args, { encoding: 'utf8' });

    test.each([
      ['nothing', {}],
      ['everything', everyVariable],
      ...channels.map(({ name, required }) => [
        `only ${name}`,
        Object.fromEntries(required.map((variable) => [variable, everyVariable[variable]!])),
      ]),
    ] as [string, Record<string, string>][])('accepts the configuration with %s set up', (_name, values) => {
      writeFileSync(file, renderConfig(values));
      expect(amtool('check-config', file)).toMatchObject({ status: 0 });
    });

    test.each([
      ['Watchdog', 'none', 'heartbeat'],
      ['HoldfastFallbackRatioHigh', 'warning', 'everyone'],
      ['HoldfastFallbackRatioCritical', 'critical', 'critical'],
      ['HoldfastServiceDown', 'warning', 'everyone'],
    ])('sends %s of severity %s to %s', (alert, severity, expected) => {
      writeFileSync(file, renderConfig({}));
      const labels = [`alertname=${alert}`, `severity=${severity}`];
      expect(amtool('config', 'routes', 'test', `--config.file=${file}`, ...labels).stdout.trim()).toBe(
        expected,
      );
    });
  },
);

function caught(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}
