import type { Simulator } from '@holdfast/simulator/simulator';
import type { ConfigFile } from '../start-gateway.ts';

/** Where the client's SDK would send this. */
export const PATHS = {
  chat: '/v1/chat/completions',
  responses: '/v1/responses',
  completions: '/v1/completions',
  messages: '/v1/messages',
} as const;

export type Vendor = Readonly<Record<string, unknown>> & { readonly name: string };

/** One cluster, a tier for each vendor in this order, played by the simulator under their names. */
export function vendors(simulator: Simulator, tiers: readonly Vendor[], more: ConfigFile = {}): ConfigFile {
  return {
    clusters: {
      main: {
        endpoints: tiers.map((vendor, index) => ({
          base_url: simulator.baseUrl(vendor.name),
          api_key: `sk-${vendor.name}`,
          priority: index + 1,
          ...vendor,
        })),
      },
    },
    routes: [{ model: '*', cluster: 'main' }],
    ...more,
  };
}

export const OPENAI: Vendor = { name: 'openai', provider: 'openai' };
export const CLAUDE: Vendor = {
  name: 'claude',
  provider: 'anthropic',
  models: { 'gpt-4o': 'claude-sonnet-4-5' },
};

/** A tool in the words of each dialect. */
export const WEATHER = {
  chat: {
    type: 'function',
    function: {
      name: 'get_weather',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  },
  messages: {
    name: 'get_weather',
    input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
} as const;

interface Choice {
  readonly finish_reason: string | null;
  readonly delta: {
    readonly tool_calls?: readonly {
      readonly id: string;
      readonly function: { readonly name: string; readonly arguments: string };
    }[];
  };
}

/** What tests look at in an event, of either dialect. */
export interface AnyEvent {
  readonly type: string;
  readonly choices: readonly Choice[];
  readonly content_block?: { readonly type: string; readonly id: string; readonly name: string };
  readonly delta?: { readonly type: string; readonly partial_json: string; readonly stop_reason: string };
}

/** The data of a stream's events, without what ends it. */
export function eventsIn(text: string): AnyEvent[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice('data: '.length)));
}
