import { type JsonObject, saysSomething } from '../../json.ts';
import type { Conversation, Tool, ToolChoice } from '../conversation.ts';
import type { Ledger } from '../ledger.ts';
import type { Target } from '../translation.ts';
import { userWithin } from '../user-within.ts';
import { type ClaudeAbilities, claudeAbilities } from './claude-abilities.ts';
import { instructedFormat } from './instructed-format.ts';
import { limitCacheMarks } from './limit-cache-marks.ts';
import { plainSchema } from './plain-schema.ts';
import { publishedMaxOutput } from './published-max-output.ts';
import { writeMessagesTurns } from './write-messages-turns.ts';
import { writeThinking } from './write-thinking.ts';

/**
 * What Anthropic must be told and others assume: without a cap of the client's or the model's own, one that every Claude since
 * 3.5 takes; with thinking, one that every Claude that thinks takes (platform.claude.com, "Models overview", max output).
 */
const DEFAULT_OUTPUT = 8192;
const DEFAULT_THINKING_OUTPUT = 32_000;
/** Characters (platform.claude.com, API reference, `metadata.user_id`). */
const MAX_USER = 256;

/** The body of a `POST /v1/messages` request. */
export function writeMessagesRequest(ledger: Ledger, asked: Conversation, target: Target) {
  const abilities = claudeAbilities(target.model);
  const { user } = asked;
  const limited = limitCacheMarks(ledger, asked);
  const conversation = abilities.schemas ? limited : { ...limited, tools: limited.tools.map(withoutStrict) };
  const maxTokens = maxTokensOf(conversation, target);
  const format = writeFormat(conversation, abilities);
  // An answer by a schema begins anew.
  const prefill = abilities.prefill && format.output.format === undefined;
  const turns = writeMessagesTurns(ledger, format.conversation, prefill);
  const { effort, ...thinking } = writeThinking(ledger, conversation, turns.messages, maxTokens, abilities);
  const output = { ...(effort === undefined ? {} : { effort }), ...format.output };
  return {
    model: target.model,
    max_tokens: maxTokens,
    ...turns,
    ...writeTools(conversation),
    ...thinking,
    ...(Object.keys(output).length === 0 ? {} : { output_config: output }),
    ...writeSampling(ledger, conversation, abilities, isThinking(thinking)),
    ...writeStops(ledger, conversation),
    ...(user === null ? {} : { metadata: { user_id: userWithin(user, MAX_USER) } }),
    ...(conversation.stream ? { stream: true } : {}),
  };
}

function maxTokensOf({ maxOutput, reasoning }: Conversation, target: Target): number {
  const thinks = reasoning !== null && reasoning.kind !== 'off';
  const cap = target.maxOutput ?? publishedMaxOutput(target.model) ?? Number.POSITIVE_INFINITY;
  return Math.min(maxOutput ?? target.maxOutput ?? (thinks ? DEFAULT_THINKING_OUTPUT : DEFAULT_OUTPUT), cap);
}

function isThinking(written: { readonly thinking?: { readonly type: string } }): boolean {
  return written.thinking !== undefined && written.thinking.type !== 'disabled';
}

interface SchemaFormat {
  readonly type: 'json_schema';
  readonly schema: JsonObject;
}

/** The schema, or an instruction to the same end. */
function writeFormat(
  conversation: Conversation,
  { schemas }: ClaudeAbilities,
): { readonly conversation: Conversation; readonly output: { readonly format?: SchemaFormat } } {
  const { format } = conversation;
  if (format === null) return { conversation, output: {} };
  if (format.kind === 'schema' && schemas)
    return {
      conversation,
      output: { format: { type: 'json_schema', schema: plainSchema(format.schema) } },
    };
  const system = [...conversation.system, instructedFormat(format)];
  return { conversation: { ...conversation, system }, output: {} };
}

function writeTools({ tools, toolChoice, parallelTools, turns }: Conversation) {
  if (tools.length === 0) return writeCalledTools(turns);
  const choice = writeChoice(toolChoice, parallelTools);
  return { tools: tools.map(writeTool), ...(choice === null ? {} : { tool_choice: choice }) };
}

/** The API wants to know every tool that was called, also where none may be any more; OpenAI does not. */
function writeCalledTools(turns: Conversation['turns']) {
  const calls = turns.flatMap(({ parts }) => parts).filter((part) => part.kind === 'tool_call');
  const names = [...new Set(calls.map(({ name }) => name))];
  if (names.length === 0) return {};
  const tools = names.map((name) => ({ name, input_schema: { type: 'object' as const } }));
  return { tools, tool_choice: { type: 'none' } as const };
}

function writeTool({ name, description, schema, strict, cache }: Tool) {
  const type = 'object';
  return {
    name,
    ...(description === null ? {} : { description }),
    input_schema: { ...(strict === true ? plainSchema({ ...schema, type }) : schema), type } as const,
    ...(strict === true ? { strict } : {}),
    ...(cache === undefined ? {} : { cache_control: cache }),
  };
}

function withoutStrict(tool: Tool): Tool {
  return { ...tool, strict: null };
}

function writeChoice(choice: ToolChoice | null, parallel: boolean | null) {
  const single = parallel === false ? { disable_parallel_tool_use: true } : {};
  if (choice === null) return parallel === false ? ({ type: 'auto', ...single } as const) : null;
  if (choice.kind === 'none') return { type: 'none' } as const;
  if (choice.kind === 'tool') return { type: 'tool', name: choice.name, ...single } as const;
  return { type: choice.kind, ...single } as const;
}

/** The API takes one of temperature and top_p, and with thinking neither. A value that is the default says nothing. */
function writeSampling(
  ledger: Ledger,
  { sampling }: Conversation,
  abilities: ClaudeAbilities,
  thinks: boolean,
) {
  const temperature = sampling.temperature === 1 ? null : sampling.temperature;
  const topP = sampling.topP === 1 ? null : sampling.topP;
  const { topK } = sampling;
  const barred = thinks || !abilities.sampling;
  if (temperature !== null && (barred || temperature > 1)) ledger.drop('temperature');
  if (topP !== null && (barred || temperature !== null)) ledger.drop('top_p');
  if (topK !== null && barred) ledger.drop('top_k');
  if (barred) return {};
  return {
    ...(temperature === null ? {} : { temperature: Math.min(temperature, 1) }),
    ...(topP === null || temperature !== null ? {} : { top_p: topP }),
    ...(topK === null ? {} : { top_k: topK }),
  };
}

function writeStops(ledger: Ledger, { stop }: Conversation) {
  if (!stop.every(saysSomething))
    ledger.refuse(
      ledger.names.stop,
      `'${ledger.names.stop}' holds a sequence of white space alone, which the endpoint does not take.`,
    );
  return stop.length === 0 ? {} : { stop_sequences: [...stop] };
}
