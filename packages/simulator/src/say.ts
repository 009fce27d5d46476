import { askedSchema, asksForJson, asksForTags } from './asked-format.ts';
import type { Answer } from './behaviour.ts';
import type { Call } from './call.ts';
import { lastUserText } from './prompt.ts';
import { sampleOfSchema } from './sample-of-schema.ts';
import { tagsOf } from './tags.ts';
import { demandedTool, toolsOf } from './tools.ts';

/** What the model says, before any dialect writes it down. */
export interface Say {
  readonly text: string;
  /** The text as a stream delivers it. */
  readonly pieces: readonly string[];
  readonly reasoning: string | null;
  readonly tool: { readonly name: string; readonly argumentsJson: string } | null;
  /** The dialect's own word; null: it ended as it should. */
  readonly finishReason: string | null;
  /** null: the behaviour leaves the usage out. */
  readonly usage: Usage | null;
}

export interface Usage {
  readonly input: number;
  readonly output: number;
}

/** About what English text has; close enough for counts that only have to repeat. */
const CHARACTERS_PER_TOKEN = 4;

export function say(call: Call, answer: Answer): Say {
  const tool = chooseTool(call, answer);
  const text = tool ? (answer.text ?? '') : textFor(call, answer);
  const spoken = text.length + (answer.reasoning?.length ?? 0) + (tool?.argumentsJson.length ?? 0);
  return {
    text,
    get pieces() {
      return cutIntoPieces(text, answer);
    },
    reasoning: answer.reasoning ?? null,
    tool,
    finishReason: answer.finishReason ?? null,
    usage: answer.usage === false ? null : { input: tokensIn(call.body.length), output: tokensIn(spoken) },
  };
}

export function tokensIn(characters: number): number {
  return Math.ceil(characters / CHARACTERS_PER_TOKEN);
}

function textFor(call: Call, { text, textLength, eventCount, eventBytes }: Answer): string {
  const said = text ?? spokenText(call);
  if (textLength !== undefined) return fill(said, textLength);
  if (eventCount !== undefined && said !== '') {
    return eventBytes === undefined
      ? fill(said, Math.max(said.length, eventCount))
      : fill(said, eventCount * eventBytes);
  }
  return said;
}

function spokenText(call: Call): string {
  const asked = lastUserText(call);
  if (asksForTags(call)) return JSON.stringify({ tags: tagsOf(asked) });
  const schema = askedSchema(call.json);
  if (schema) return JSON.stringify(sampleOfSchema(schema));
  const greeting = `Hello from ${call.upstream}, you said: ${asked}`;
  return asksForJson(call.json) ? JSON.stringify({ answer: greeting }) : greeting;
}

function fill(text: string, length: number): string {
  return text === '' ? '' : text.repeat(Math.ceil(length / text.length)).slice(0, length);
}

function cutIntoPieces(text: string, { eventCount, eventBytes }: Answer): string[] {
  if (eventBytes !== undefined) return cutEvery(text, eventBytes);
  if (eventCount !== undefined) return cutEvenly(text, eventCount);
  return text.match(/\s*\S+\s*$|\s*\S+|\s+/g) ?? [];
}

function cutEvery(text: string, length: number): string[] {
  return Array.from({ length: Math.ceil(text.length / length) }, (_, index) =>
    text.slice(index * length, (index + 1) * length),
  );
}

function cutEvenly(text: string, count: number): string[] {
  if (text === '') return [];
  return Array.from({ length: count }, (_, index) =>
    text.slice(Math.floor((index * text.length) / count), Math.floor(((index + 1) * text.length) / count)),
  );
}

function chooseTool({ json }: Call, { toolCall }: Answer): Say['tool'] {
  const wanted =
    toolCall === undefined ? demandedTool(json) : typeof toolCall === 'object' ? toolCall.name : toolCall;
  if (wanted === false) return null;
  const offered = toolsOf(json);
  const tool = wanted === true ? offered[0] : offered.find(({ name }) => name === wanted);
  const name = typeof wanted === 'string' ? wanted : tool?.name;
  if (name === undefined) return null;
  const given = typeof toolCall === 'object' ? toolCall.arguments : undefined;
  return { name, argumentsJson: JSON.stringify(given ?? (tool ? sampleOfSchema(tool.schema) : {})) };
}
