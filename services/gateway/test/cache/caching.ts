import type { Simulator } from '@holdfast/simulator/simulator';
import { type ConfigFile, chat, type TestGateway } from '../start-gateway.ts';

/** One endpoint per protocol, with a cache. */
export function caching(simulator: Simulator, cache: ConfigFile = {}, more: ConfigFile = {}): ConfigFile {
  const endpoint = (name: string) => ({ name, base_url: simulator.baseUrl(name), api_key: `sk-${name}` });
  return {
    clusters: {
      main: { protocol: 'openai', endpoints: [endpoint('primary')] },
      claude: { protocol: 'anthropic', endpoints: [endpoint('claude')] },
    },
    routes: [
      { model: 'claude-*', cluster: 'claude' },
      { model: '*', cluster: 'main' },
    ],
    cache: { enabled: true, ...cache },
    retry: { base_delay: '1ms', max_delay: '5ms', max_attempts: 2 },
    timeouts: { first_content: '500ms' },
    breaker: { max_failures: 1000 },
    ...more,
  };
}

export interface Got {
  readonly status: number;
  readonly text: string;
  readonly cache: string | null;
  readonly headers: Headers;
}

export async function got(response: Response): Promise<Got> {
  const { status, headers } = response;
  return { status, text: await response.text(), cache: headers.get('x-holdfast-cache'), headers };
}

export const askChat = async (
  gateway: TestGateway,
  more: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Promise<Got> => got(await gateway.post('/v1/chat/completions', chat('gpt-4o', more), headers));

export const cached = (result: string) => `holdfast_cache_requests_total{result="${result}"}`;
