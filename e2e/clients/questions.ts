import assert from 'node:assert/strict';

/** Names that clients know; what the upstream makes of them is its own business. */
export const OPENAI_MODEL = 'gpt-4o-mini';
export const ANTHROPIC_MODEL = 'claude-sonnet-5';

export const SYSTEM = 'Answer in one line.';
export const PING = 'ping';

/** A healthy upstream greets and repeats what it was asked. */
export function assertGreeting(text: string | null | undefined, asked = PING): void {
  assert.match(text ?? '', /^Hello from (openai|anthropic)-works, you said: /);
  assert.ok(text!.endsWith(asked), `the answer ends with the question: ${text}`);
}

export const TOOL = 'get_weather';
export const TOOL_DESCRIPTION = 'The weather in a city.';
export const toolSchema = {
  type: 'object' as const,
  properties: { city: { type: 'string' as const } },
  required: ['city'],
  additionalProperties: false,
};

/** The input of a call to the tool fits its schema. */
export function assertToolInput(input: unknown): void {
  const value: unknown = typeof input === 'string' ? JSON.parse(input) : input;
  assert.ok(
    typeof value === 'object' && value !== null && 'city' in value,
    'the tool is called with its input',
  );
  assert.equal(typeof value.city, 'string');
}

/** One red pixel. */
export const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

export const ANTHROPIC_HAS_NONE = {
  embeddings: 'Anthropic has no embeddings',
  images: 'Anthropic makes no images',
  moderations: 'Anthropic has no moderations',
  audio: 'uploads go to OpenAI endpoints only',
} as const;
