import type { JsonObject } from '../../json.ts';
import type { AnswerFormat, Conversation, Reasoning, Tool, ToolChoice, Turn } from '../conversation.ts';
import type { Ledger } from '../ledger.ts';
import type { Asked } from './asked.ts';
import { meetBuiltIns } from './built-in-tools.ts';
import {
  absent,
  meetOthers,
  needText,
  readFlag,
  readNumber,
  readObject,
  readObjects,
  readText,
  readTexts,
} from './fields.ts';
import { readBlocks, readTextBlocks } from './read-messages-blocks.ts';

const KNOWN_OF_TURN = new Set(['role', 'content']);
const KNOWN_OF_TOOL = new Set(['type', 'name', 'description', 'input_schema', 'strict']);
const KNOWN_OF_OUTPUT = new Set(['effort', 'format']);

/** Reads a `POST /v1/messages` request that `inspectRequest` let in. */
export function readMessagesRequest(ledger: Ledger, request: JsonObject): Asked {
  for (const field in request) ledger.meet(field, request[field]);
  const metadata = readObject(ledger, 'metadata', request.metadata) ?? {};
  const output = readObject(ledger, 'output_config', request.output_config) ?? {};
  meetOthers(ledger, 'output_config', 'output_config', output, KNOWN_OF_OUTPUT);
  return {
    stream: request.stream === true,
    includeUsage: true,
    system: readTextBlocks(ledger, 'system', request.system),
    turns: readTurns(ledger, request.messages),
    tools: readTools(ledger, request.tools),
    ...readChoice(ledger, request.tool_choice),
    functionsOnly: false,
    format: readFormat(ledger, output.format ?? request.output_format),
    maxOutput: readNumber(ledger, 'max_tokens', request.max_tokens),
    stop: readTexts(ledger, 'stop_sequences', request.stop_sequences),
    sampling: {
      temperature: readNumber(ledger, 'temperature', request.temperature),
      topP: readNumber(ledger, 'top_p', request.top_p),
      topK: readNumber(ledger, 'top_k', request.top_k),
      frequencyPenalty: null,
      presencePenalty: null,
      seed: null,
    },
    reasoning: readReasoning(ledger, request.thinking, output),
    user: readText(ledger, 'metadata.user_id', metadata.user_id),
  };
}

function readTurns(ledger: Ledger, messages: unknown): Turn[] {
  return readObjects(ledger, 'messages', messages).flatMap(([at, message]): Turn[] => {
    const { role, content } = message;
    meetOthers(ledger, 'messages[]', at, message, KNOWN_OF_TURN);
    if (role === 'user' || role === 'assistant')
      return [{ role, parts: readBlocks(ledger, `${at}.content`, content) }];
    if (role === 'system') return [{ role, parts: readTextBlocks(ledger, `${at}.content`, content) }];
    ledger.refuse(`${at}.role`, `'${at}.role' is no role that can be told to the endpoint.`);
    return [];
  });
}

/** Tools with a type of their own run at Anthropic, or are known to its models alone. */
function readTools(ledger: Ledger, tools: unknown): Tool[] {
  const given = readObjects(ledger, 'tools', tools);
  const own = given.filter(([, { type }]) => absent(type) || type === 'custom');
  meetBuiltIns(ledger, given, own);
  return own.map(([at, tool]) => readTool(ledger, at, tool));
}

function readTool(ledger: Ledger, at: string, tool: JsonObject): Tool {
  meetOthers(ledger, 'tools[]', at, tool, KNOWN_OF_TOOL);
  return {
    name: needText(ledger, `${at}.name`, tool.name),
    description: readText(ledger, `${at}.description`, tool.description),
    schema: readObject(ledger, `${at}.input_schema`, tool.input_schema) ?? {
      type: 'object',
      properties: {},
    },
    strict: readFlag(ledger, `${at}.strict`, tool.strict),
  };
}

function readChoice(ledger: Ledger, value: unknown): Pick<Conversation, 'toolChoice' | 'parallelTools'> {
  const choice = readObject(ledger, 'tool_choice', value);
  if (choice === null) return { toolChoice: null, parallelTools: null };
  const single = readFlag(ledger, 'tool_choice.disable_parallel_tool_use', choice.disable_parallel_tool_use);
  return { toolChoice: readKind(ledger, choice), parallelTools: single === null ? null : !single };
}

function readKind(ledger: Ledger, { type, name }: JsonObject): ToolChoice | null {
  if (type === 'auto' || type === 'any' || type === 'none') return { kind: type };
  if (type === 'tool') return { kind: 'tool', name: needText(ledger, 'tool_choice.name', name) };
  ledger.refuse('tool_choice.type', `'tool_choice.type' is no choice that can be told to the endpoint.`);
  return null;
}

function readFormat(ledger: Ledger, value: unknown): AnswerFormat | null {
  const format = readObject(ledger, 'output_config.format', value);
  if (format === null) return null;
  const schema = readObject(ledger, 'output_config.format.schema', format.schema ?? 'nothing');
  return schema === null ? null : { kind: 'schema', name: null, description: null, schema, strict: null };
}

/** An effort is the plainer wish: the models that take one size their thinking by it. */
function readReasoning(ledger: Ledger, value: unknown, output: JsonObject): Reasoning | null {
  const thinking = readObject(ledger, 'thinking', value) ?? {};
  const effort = readText(ledger, 'output_config.effort', output.effort);
  if (thinking.type === 'disabled') return { kind: 'off' };
  if (effort !== null) return { kind: 'effort', effort };
  if (thinking.type === 'adaptive') return { kind: 'adaptive' };
  if (thinking.type !== 'enabled') return null;
  const tokens = readNumber(ledger, 'thinking.budget_tokens', thinking.budget_tokens);
  return tokens === null ? null : { kind: 'budget', tokens };
}
