import type { Config } from '@holdfast/config/types';
import { curlCommand } from '@holdfast/gateway/admin/client-setup';

export interface WelcomeParts {
  readonly config: Config;
  readonly gateway: { readonly url: string; readonly adminUrl: string };
  readonly healthChecker: { readonly url: string };
  readonly tokenRotator: { readonly url: string };
  readonly tagger: { readonly url: string };
  readonly simulatorUrl: string | null;
}

/** What a person sees once everything runs: what runs where, and a call to paste. */
export function welcome({
  config,
  gateway,
  healthChecker,
  tokenRotator,
  tagger,
  simulatorUrl,
}: WelcomeParts): string {
  const lines = [
    '',
    `Holdfast is ready. Configuration: ${config.source === 'built-in' ? 'built-in demo (no key, no Redis, no Docker needed)' : config.source}`,
    '',
    `  gateway         ${gateway.url}   OpenAI base_url ${gateway.url}/v1, Anthropic base_url ${gateway.url}`,
    `  status page     ${gateway.adminUrl}`,
    `  health-checker  ${healthChecker.url}`,
    `  token-rotator   ${tokenRotator.url}`,
    `  tagger          ${tagger.url}`,
    ...(simulatorUrl === null
      ? []
      : [`  simulator       ${simulatorUrl}   plays the providers; see ${simulatorUrl}/_control/upstreams`]),
    `  state           ${config.state.redisUrl === null ? 'in this process: lost on exit' : 'Redis'}`,
    '',
    'Try it:',
    '',
    `  ${curlCommand(config, gateway.url)}`,
    '',
  ];
  return lines.join('\n');
}
