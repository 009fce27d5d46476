import type { Persona, Protocol } from '@holdfast/config/types';
import type { DialectName } from '@holdfast/dialects/dialect';
import { dialects } from '@holdfast/dialects/dialects';
import { objectsIn, parseObject, saysSomething } from '@holdfast/dialects/json';
import type { PersonaMessage } from './read-message.ts';

/** How a persona talks to its model, by the protocol of the first endpoint that serves it. */
export interface ModelCall {
  readonly dialect: DialectName;
  /** The request as a client of that API would send it, no stream. */
  body(persona: Persona, personality: string, said: PersonaMessage): Buffer;
  /** What the answer says; null when that is nothing. */
  text(answer: Buffer): string | null;
}

/** The Messages API wants a limit; several times what "one to four sentences" take. */
const MAX_OUTPUT_TOKENS = 1024;

export const modelCalls: Readonly<Record<Protocol, ModelCall>> = {
  openai: {
    dialect: 'openai-chat',
    body(persona, personality, said) {
      const system = { role: 'system', content: systemPrompt(persona, personality, said) };
      return json({ model: persona.model, messages: [system, ...conversation(said)] });
    },
    text(answer) {
      const said = parseObject(answer.toString());
      // Ollama's own shape is an answer too; as a stream it can be told in the dialect's.
      const told = said?.choices === undefined ? dialects['openai-chat'].streamToAnswer(answer) : null;
      const [choice] = objectsIn((told === null ? said : parseObject(told.toString()))?.choices);
      const [message] = objectsIn([choice?.message]);
      return textOf(message?.content) ?? textOf(message?.refusal);
    },
  },
  anthropic: {
    dialect: 'anthropic-messages',
    body(persona, personality, said) {
      const messages = conversation(said);
      // The user speaks first there.
      const first = messages.findIndex(({ role }) => role === 'user');
      return json({
        model: persona.model,
        max_tokens: MAX_OUTPUT_TOKENS,
        system: systemPrompt(persona, personality, said),
        messages: messages.slice(first),
      });
    },
    text: (answer) => textOf(parseObject(answer.toString())?.content),
  },
};

const json = (value: object): Buffer => Buffer.from(JSON.stringify(value));

const conversation = ({ history, message }: PersonaMessage) => [
  ...history,
  { role: 'user' as const, content: message },
];

function systemPrompt(persona: Persona, personality: string, { flirt, nsfw }: PersonaMessage): string {
  return [
    persona.system,
    persona.personalities[personality],
    flirt ? 'Light, playful flirting is welcome.' : 'Keep it friendly: do not flirt.',
    nsfw
      ? 'Both of you are adults, and mature themes are allowed where they fit the talk.'
      : 'Keep everything suitable for all ages.',
  ].join('\n\n');
}

/** Plain text, or the text parts of a list. */
function textOf(content: unknown): string | null {
  const text =
    typeof content === 'string'
      ? content
      : objectsIn(content)
          .map((part) => (part.type === 'text' && typeof part.text === 'string' ? part.text : ''))
          .join('');
  return saysSomething(text) ? text.trim() : null;
}
