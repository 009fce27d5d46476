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

const WITHOUT_FILE = ['built-in', 'environment'];

/** What a person sees once everything runs: what runs where, and a call to paste. */
export function welcome({
  config,
  gateway,
  healthChecker,
  tokenRotator,
  tagger,
  simulatorUrl,
}: WelcomeParts): string {
  const flag = WITHOUT_FILE.includes(config.source) ? '' : ` --config ${config.source}`;
  const lines = [
    '',
    `Holdfast is ready. Configuration: ${config.source === 'built-in' ? 'built-in demo (no key, no Redis, no Docker needed)' : config.source}`,
    '',
    `  gateway         ${gateway.url}`,
    `                  OpenAI SDK: base_url=${gateway.url}/v1`,
    `                  Anthropic SDK, Claude Code: base_url=${gateway.url}`,
    `  status page     ${gateway.adminUrl}`,
    `  health-checker  ${healthChecker.url}`,
    `  token-rotator   ${tokenRotator.url}`,
    `  tagger          ${tagger.url}`,
    ...(simulatorUrl === null
      ? []
      : [
          `  simulator       ${simulatorUrl}`,
          `                  plays the providers: ${simulatorUrl}/_control/upstreams`,
        ]),
    `  state           ${config.state.redisUrl === null ? 'in this process: lost on exit' : 'Redis'}`,
    '',
    'Try it:',
    '',
    `  ${curlCommand(config, gateway.url)}`,
    '',
    `Watch it: the status page, ./holdfast status${flag}, ./holdfast tail${flag}. Ctrl-C ends it.`,
    '',
  ];
  return lines.join('\n');
}
