/**
 * The demo: two OpenAI endpoints, one with a pool of free-tier tokens, and an Anthropic one, all played by the simulator at
 * `simulatorUrl`, which answers under `/<endpoint>/v1`. Worded like the YAML file, and validated like one. The keys are no
 * secrets: the simulator takes any.
 */
export function builtInConfig({ simulatorUrl }: { simulatorUrl: string }): Record<string, unknown> {
  const endpoint = (name: string, priority: number) => ({
    name,
    base_url: `${simulatorUrl}/${name}/v1`,
    api_key: `demo-key-${name}`,
    priority,
  });
  return {
    services: { simulator: { enabled: true } },
    // What breaks in a demo should be seen to heal.
    health: { failure_queue_interval: '10s' },
    token_pools: {
      github: {
        tokens: ['first', 'second', 'third'].map((account) => ({
          name: `demo-${account}`,
          value: `demo-token-${account}`,
          account,
        })),
      },
    },
    clusters: {
      main: { protocol: 'openai', endpoints: [endpoint('primary', 1), endpoint('secondary', 2)] },
      github: {
        protocol: 'openai',
        endpoints: [{ name: 'github', base_url: `${simulatorUrl}/github/v1`, token_pool: 'github' }],
      },
      claude: { protocol: 'anthropic', endpoints: [endpoint('claude', 1)] },
    },
    routes: [
      { model: 'gpt-4o-mini', cluster: 'main' },
      { model: 'gpt-4.1-mini', cluster: 'github', fallback_models: ['gpt-4o-mini'] },
      { model: 'claude*', cluster: 'claude' },
      { model: '*', cluster: 'main' },
    ],
    fallback: { mode: 'canned' },
  };
}
