/**
 * The demo: two OpenAI endpoints and an Anthropic one, all played by the simulator at `simulatorUrl`, which answers under
 * `/<endpoint>/v1`. Worded like the YAML file, and validated like one. The keys are no secrets: the simulator takes any.
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
    clusters: {
      main: { protocol: 'openai', endpoints: [endpoint('primary', 1), endpoint('secondary', 2)] },
      claude: { protocol: 'anthropic', endpoints: [endpoint('claude', 1)] },
    },
    routes: [
      { model: 'gpt-4o-mini', cluster: 'main' },
      { model: 'claude*', cluster: 'claude' },
      { model: '*', cluster: 'main' },
    ],
    fallback: { mode: 'canned' },
  };
}
