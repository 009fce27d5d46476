import type { Persona } from '@holdfast/config/types';
import { dialects } from '@holdfast/dialects/dialects';
import { objectsIn, parseObject, saysSomething } from '@holdfast/dialects/json';
import type { PersonaMessage } from './read-message.ts';

/** What personas speak, whatever the endpoints do: they are told it in their own dialect. */
export const PERSONA_DIALECT = dialects['openai-chat'];

/** The request as a client would send it, no stream. */
export function modelRequest(persona: Persona, personality: string, said: PersonaMessage): Buffer {
  const messages = [
    { role: 'system', content: systemPrompt(persona, personality, said) },
    ...said.history,
    { role: 'user', content: said.message },
  ];
  return Buffer.from(JSON.stringify({ model: persona.model, messages }));
}

/** What an answer says; null when that is nothing. */
export function modelText(answer: Buffer): string | null {
  const said = parseObject(answer.toString());
  // Ollama's own shape is an answer too; as a stream it can be told in the dialect's.
  const told = said?.choices === undefined ? PERSONA_DIALECT.streamToAnswer(answer) : null;
  const [choice] = objectsIn((told === null ? said : parseObject(told.toString()))?.choices);
  const [message] = objectsIn([choice?.message]);
  return textOf(message?.content) ?? textOf(message?.refusal);
}

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
