import type { Client } from '../matrix.ts';
import { assertGreeting, OPENAI_MODEL, PING } from '../questions.ts';
import { runCommand } from './command.ts';

export const codex: Client = {
  name: 'Codex CLI',
  features: [
    {
      name: 'codex exec',
      async run({ url, key }) {
        const provider = `{name="Holdfast",base_url="${url}/v1",wire_api="responses",env_key="OPENAI_API_KEY"}`;
        const printed = await runCommand(
          'codex',
          [
            'exec',
            '--skip-git-repo-check',
            ...['-m', OPENAI_MODEL],
            ...['-c', 'model_provider=holdfast'],
            ...['-c', `model_providers.holdfast=${provider}`],
            PING,
          ],
          { OPENAI_API_KEY: key },
        );
        assertGreeting(printed.trim());
      },
    },
  ],
};
