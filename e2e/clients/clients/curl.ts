import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Client, Gateway } from '../matrix.ts';
import { ANTHROPIC_MODEL, assertGreeting, OPENAI_MODEL, PING } from '../questions.ts';

const run = promisify(execFile);
const messages = [{ role: 'user', content: PING }];

async function post({ url, key }: Gateway, path: string, body: object): Promise<string> {
  const { stdout } = await run('curl', [
    '--silent',
    '--no-buffer',
    '--fail-with-body',
    ...['-H', `authorization: Bearer ${key}`],
    ...['-H', 'content-type: application/json'],
    ...['-d', JSON.stringify(body)],
    url + path,
  ]);
  return stdout;
}

const dataOf = (stream: string) =>
  stream
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice('data: '.length)));

export const curl: Client = {
  name: 'curl',
  features: [
    {
      name: 'chat, whole and streamed',
      async run(gateway) {
        const body = { model: OPENAI_MODEL, messages };
        const whole = JSON.parse(await post(gateway, '/v1/chat/completions', body));
        assertGreeting(whole.choices[0].message.content);
        const stream = await post(gateway, '/v1/chat/completions', { ...body, stream: true });
        assert.ok(stream.endsWith('data: [DONE]\n\n'));
        assertGreeting(
          dataOf(stream)
            .map(({ choices }) => choices[0]?.delta.content ?? '')
            .join(''),
        );
      },
    },
    {
      name: 'messages, whole and streamed',
      async run(gateway) {
        const body = { model: ANTHROPIC_MODEL, max_tokens: 100, messages };
        const whole = JSON.parse(await post(gateway, '/v1/messages', body));
        assertGreeting(whole.content.at(-1).text);
        const stream = await post(gateway, '/v1/messages', { ...body, stream: true });
        assert.match(stream, /event: message_stop\ndata: \{"type":"message_stop"\}\n\n$/);
        assertGreeting(
          dataOf(stream)
            .map(({ delta }) => delta?.text ?? '')
            .join(''),
        );
      },
    },
  ],
};
