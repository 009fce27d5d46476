import type { Persona } from '@holdfast/config/types';
import type { Simulator } from '@holdfast/simulator/simulator';
import { z } from 'zod';
import { type ConfigFile, readConfig, type TestGateway } from '../start-gateway.ts';

/** Exactly what docs/persona-chat.md promises. */
const answerSchema = z.strictObject({
  response: z.string().regex(/\S/),
  fallback: z.boolean(),
  model: z.string().min(1).nullable(),
  request_id: z.string().min(1),
  error: z.string().min(1).optional(),
});

export type PersonaAnswer = z.infer<typeof answerSchema>;

export interface Heard {
  readonly answer: PersonaAnswer;
  readonly headers: Headers;
  /** The body as it came. */
  readonly text: string;
}

export const MIKU = '/api/miku/chat';

/** Fails unless the answer is status 200 with a body of the contract's shape. */
export async function hear(response: Response): Promise<Heard> {
  const text = await response.text();
  if (response.status !== 200) throw new Error(`status ${response.status}: ${text.slice(0, 500)}`);
  const answer = answerSchema.parse(JSON.parse(text));
  if ((answer.model === null) !== answer.fallback) throw new Error(`model and fallback disagree: ${text}`);
  if (answer.request_id !== response.headers.get('x-request-id')) throw new Error(`another id: ${text}`);
  return { answer, headers: response.headers, text };
}

/** Says something to miku. */
export const say = async (
  gateway: TestGateway,
  message: string,
  more: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Promise<Heard> => hear(await gateway.post(MIKU, { message, ...more }, headers));

/** One endpoint, quick to give up. */
export const companion = (simulator: Simulator, more: ConfigFile = {}): ConfigFile => ({
  clusters: {
    main: {
      endpoints: [{ name: 'primary', base_url: simulator.baseUrl('primary'), api_key: 'sk-primary' }],
    },
  },
  routes: [
    { model: 'gpt-4o-mini', cluster: 'main' },
    { model: '*', cluster: 'main' },
  ],
  retry: { base_delay: '1ms', max_delay: '5ms', max_attempts: 2 },
  timeouts: { first_content: '300ms' },
  ...more,
});

/** miku as she is built in. */
export const builtInMiku: Persona = readConfig({
  clusters: { main: { endpoints: [{ name: 'a', base_url: 'http://127.0.0.1:9' }] } },
}).personas[0]!;
