import { isObject } from '../../json.ts';
import type { AnswerFormat, Conversation, Reasoning, Tool, ToolChoice } from '../conversation.ts';
import type { Ledger } from '../ledger.ts';
import type { Target } from '../translation.ts';
import { userWithin } from '../user-within.ts';
import { type ChatAbilities, chatAbilities } from './chat-abilities.ts';
import { fitsStrict } from './fits-strict.ts';
import { publishedMaxOutput } from './published-max-output.ts';
import { writeChatTurns } from './write-chat-turns.ts';

/** platform.openai.com, API reference, `stop`; and what it answers to a longer `user`. */
const MAX_STOPS = 4;
const MAX_USER = 64;

/** The body of a `POST /chat/completions` request. */
export function writeChatRequest(ledger: Ledger, conversation: Conversation, target: Target) {
  const abilities = chatAbilities(target.model);
  const { format, stream, user } = conversation;
  return {
    model: target.model,
    messages: writeChatTurns(ledger, conversation, abilities),
    ...writeTools(conversation),
    ...(format === null ? {} : { response_format: writeFormat(format) }),
    ...writeLimit(conversation, target, abilities),
    ...writeStops(ledger, conversation, abilities),
    ...writeSampling(ledger, conversation, abilities),
    ...writeEffort(ledger, conversation, abilities),
    ...writeUser(ledger, user, abilities),
    ...(stream ? { stream } : {}),
    ...(stream && target.streamUsage ? { stream_options: { include_usage: true } } : {}),
  };
}

function writeTools({ tools, toolChoice, parallelTools }: Conversation) {
  if (tools.length === 0) return {};
  return {
    tools: tools.map(writeTool),
    ...(toolChoice === null ? {} : { tool_choice: writeChoice(toolChoice) }),
    ...(parallelTools === null ? {} : { parallel_tool_calls: parallelTools }),
  };
}

/** OpenAI answers 400 to an object without `properties`; Anthropic takes it for one without any. */
function writeTool({ name, description, schema, strict }: Tool) {
  return {
    type: 'function',
    function: {
      name,
      ...(description === null ? {} : { description }),
      parameters: isObject(schema.properties) ? schema : { ...schema, properties: {} },
      ...(strict === null ? {} : { strict: strict && fitsStrict(schema) }),
    },
  } as const;
}

function writeChoice(choice: ToolChoice) {
  if (choice.kind === 'tool') return { type: 'function', function: { name: choice.name } } as const;
  return choice.kind === 'any' ? 'required' : choice.kind;
}

/** Anthropic always holds the model to the schema; OpenAI only to a schema within its own limits. */
function writeFormat(format: AnswerFormat) {
  if (format.kind === 'json') return { type: 'json_object' } as const;
  const { name, description, schema, strict } = format;
  return {
    type: 'json_schema',
    json_schema: {
      name: name ?? 'answer',
      ...(description === null ? {} : { description }),
      schema,
      strict: strict ?? fitsStrict(schema),
    },
  } as const;
}

function writeLimit({ maxOutput }: Conversation, target: Target, { completionTokens }: ChatAbilities) {
  if (maxOutput === null) return {};
  const limit = Math.min(maxOutput, target.maxOutput ?? publishedMaxOutput(target.model) ?? maxOutput);
  return completionTokens ? { max_completion_tokens: limit } : { max_tokens: limit };
}

function writeUser(ledger: Ledger, user: string | null, abilities: ChatAbilities) {
  if (user === null) return {};
  if (abilities.user) return { user: userWithin(user, MAX_USER) };
  ledger.drop(ledger.names.user);
  return {};
}

function writeStops(ledger: Ledger, { stop }: Conversation, abilities: ChatAbilities) {
  if (stop.length === 0) return {};
  const { names } = ledger;
  if (!abilities.stop)
    ledger.refuse(names.stop, `'${names.stop}' cannot be told to the endpoint's model: it takes none.`);
  if (stop.length > MAX_STOPS)
    ledger.refuse(
      names.stop,
      `'${names.stop}' holds more than the ${MAX_STOPS} sequences that the endpoint takes.`,
    );
  return { stop: [...stop] };
}

function writeSampling(ledger: Ledger, { sampling }: Conversation, abilities: ChatAbilities) {
  const given = {
    temperature: sampling.temperature,
    top_p: sampling.topP,
    frequency_penalty: sampling.frequencyPenalty,
    presence_penalty: sampling.presencePenalty,
    seed: sampling.seed,
  };
  const written: { -readonly [key in keyof typeof given]?: number } = {};
  for (const field of Object.keys(given) as (keyof typeof given)[]) {
    const value = given[field];
    if (value === null) continue;
    if (abilities.sampling || field === 'seed') written[field] = value;
    else if (value !== DEFAULTS[field]) ledger.drop(field);
  }
  return written;
}

const DEFAULTS = { temperature: 1, top_p: 1, frequency_penalty: 0, presence_penalty: 0 } as const;

function writeEffort(ledger: Ledger, { reasoning, tools }: Conversation, abilities: ChatAbilities) {
  if (abilities.toolsOrEffort && tools.length > 0) {
    if (reasoning !== null && reasoning.kind !== 'off') ledger.drop(ledger.names.reasoning);
    return { reasoning_effort: 'none' } as const;
  }
  if (reasoning === null || reasoning.kind === 'adaptive') return {};
  const effort = effortOf(reasoning);
  if (effort !== null && abilities.effort) return { reasoning_effort: effort } as const;
  ledger.drop(ledger.names.reasoning);
  return {};
}

/** Not all models that reason can be kept from it, and not all know the highest efforts. */
function effortOf(reasoning: Reasoning) {
  if (reasoning.kind === 'budget')
    return reasoning.tokens <= 4096 ? 'low' : reasoning.tokens <= 16_384 ? 'medium' : 'high';
  if (reasoning.kind !== 'effort') return null;
  switch (reasoning.effort) {
    case 'minimal':
    case 'low':
    case 'medium':
      return reasoning.effort;
    default:
      return 'high';
  }
}
