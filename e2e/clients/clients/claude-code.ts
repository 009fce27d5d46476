import assert from 'node:assert/strict';
import type { Client } from '../matrix.ts';
import { ANTHROPIC_MODEL, assertGreeting, PING } from '../questions.ts';
import { runCommand } from './command.ts';

export const claudeCode: Client = {
  name: 'Claude Code',
  features: [
    {
      name: 'claude -p',
      async run({ url, key }) {
        const printed = await runCommand(
          'claude',
          ['-p', PING, '--model', ANTHROPIC_MODEL, '--output-format', 'json'],
          {
            ANTHROPIC_BASE_URL: url,
            ANTHROPIC_API_KEY: key,
            CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
          },
        );
        const { is_error, result } = JSON.parse(printed) as { is_error: boolean; result: string };
        assert.equal(is_error, false);
        assertGreeting(result);
      },
    },
  ],
};
