import { stringify } from 'yaml';
import { type Channel, channels } from './channels.ts';

/** Every reason at once, one per line, naming the variables. */
export class ChannelError extends Error {
  override readonly name = 'ChannelError';
}

const BUILT_IN_WEBHOOK = 'http://gateway:4001/alerts/webhook';

/**
 * Alertmanager's configuration with the built-in webhook (the gateway's admin port: log, counter, status page) and the
 * channels whose variables are set. Throws a ChannelError when a channel is set up halfway or wrongly.
 */
export function renderConfig(values: Readonly<Record<string, string>>): string {
  const { active, problems } = readChannels(values);
  if (problems.length > 0) throw new ChannelError(problems.join('\n'));

  const getting = (...gets: Channel['gets'][]) =>
    active.filter(({ channel }) => gets.includes(channel.gets)).map(({ receiver }) => receiver);
  const builtIn = { kind: 'webhook', config: { url: BUILT_IN_WEBHOOK, send_resolved: true } };

  return stringify(
    {
      templates: ['templates/*.tmpl'],
      route,
      inhibit_rules: inhibitRules,
      receivers: [
        receiver('everyone', [builtIn, ...getting('everything')]),
        receiver('critical', [builtIn, ...getting('everything', 'critical')]),
        receiver('heartbeat', getting('heartbeat')),
      ],
    },
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
}

// One message per alert and what clients ask for: when Redis is away, all processes that miss it are in one. Waits are
// short: the rules have already waited.
const route = {
  receiver: 'everyone',
  group_by: ['alertname', 'llm_cluster', 'pool'],
  group_wait: '5s',
  group_interval: '30s',
  repeat_interval: '4h',
  routes: [
    {
      matchers: ['alertname="Watchdog"'],
      receiver: 'heartbeat',
      group_wait: '0s',
      group_interval: '30s',
      repeat_interval: '1m',
    },
    { matchers: ['severity="critical"'], receiver: 'critical' },
  ],
};

/** The worse alert speaks for the milder one about the same thing. */
const inhibitRules = [
  mutes('HoldfastFallbackRatioCritical', 'HoldfastFallbackRatioHigh', 'llm_cluster'),
  mutes('HoldfastErrorBudgetBurnFast', 'HoldfastErrorBudgetBurnSlow', 'llm_cluster'),
  mutes('HoldfastTokenPoolExhausted', 'HoldfastTokenPoolLow', 'pool'),
  mutes('HoldfastClusterDown', 'HoldfastEndpointDown', 'llm_cluster'),
];

function mutes(worse: string, milder: string, sameLabel: string) {
  return {
    source_matchers: [`alertname="${worse}"`],
    target_matchers: [`alertname="${milder}"`],
    equal: [sameLabel],
  };
}

type Receiver = ReturnType<Channel['build']>;

function receiver(name: string, receivers: readonly Receiver[]) {
  const kinds = Object.groupBy(receivers, ({ kind }) => kind);
  const configs = Object.entries(kinds).map(([kind, entries]) => [
    `${kind}_configs`,
    entries!.map(({ config }) => config),
  ]);
  return { name, ...Object.fromEntries(configs) };
}

function readChannels(values: Readonly<Record<string, string>>) {
  const active: { channel: Channel; receiver: Receiver }[] = [];
  const problems: string[] = [];
  for (const channel of channels) {
    const set = [...channel.required, ...(channel.optional ?? [])].filter((name) => values[name]);
    const missing = channel.required.filter((name) => !values[name]);
    if (set.length === 0) continue;
    if (missing.length > 0) {
      problems.push(`${channel.name}: ${missing.join(', ')} missing (${set.join(', ')} set)`);
      continue;
    }
    try {
      active.push({ channel, receiver: channel.build(values) });
    } catch (error) {
      problems.push(`${channel.name}: ${(error as Error).message}`);
    }
  }
  return { active, problems };
}
