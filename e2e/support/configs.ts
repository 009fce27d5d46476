export type Protocol = 'openai' | 'anthropic';

/** One endpoint as a user writes it; its key tells simulated providers who calls. */
export const endpoint = (
  name: string,
  base_url: string,
  priority = 1,
  more: Readonly<Record<string, unknown>> = {},
) => ({ name, base_url, priority, api_key: `sk-${name}`, ...more });

export const cluster = (protocol: Protocol, ...endpoints: readonly ReturnType<typeof endpoint>[]) => ({
  protocol,
  endpoints,
});
