import { isObject, type JsonObject, textOf } from '../../json.ts';
import type { Conversation, Tool, ToolChoice } from '../conversation.ts';
import { CUSTOM_SCHEMA } from '../custom-tools.ts';
import type { Ledger } from '../ledger.ts';
import { absent, meetOthers, needText, readFlag, readObject, readObjects, readText } from './fields.ts';
import { readCacheMark } from './read-cache-mark.ts';

type Tools = Pick<Conversation, 'tools' | 'toolChoice' | 'parallelTools' | 'functionsOnly'>;

const KNOWN = new Set(['type', 'function', 'custom', 'cache_control']);
const KNOWN_OF_FUNCTION = new Set(['name', 'description', 'parameters', 'strict']);

export function readChatTools(ledger: Ledger, request: JsonObject): Tools {
  const functions = readObjects(ledger, 'functions', request.functions);
  const functionsOnly = functions.length > 0 && absent(request.tools);
  const tools = functionsOnly
    ? functions.map(([at, definition]) => readFunction(ledger, at, definition))
    : readObjects(ledger, 'tools', request.tools).flatMap(([at, tool]) => readTool(ledger, at, tool));
  const choice = functionsOnly
    ? readFunctionChoice(ledger, request.function_call)
    : readChoice(ledger, request.tool_choice, tools);
  return {
    tools,
    toolChoice: null,
    ...choice,
    parallelTools: functionsOnly
      ? false
      : readFlag(ledger, 'parallel_tool_calls', request.parallel_tool_calls),
    functionsOnly,
  };
}

function readTool(ledger: Ledger, at: string, tool: JsonObject): Tool[] {
  meetOthers(ledger, 'tools[]', at, tool, KNOWN);
  const kind = tool.type ?? 'function';
  if (kind !== 'function' && kind !== 'custom') {
    ledger.refuse(`${at}.type`, `'${at}.type' is no kind of tool that can be told to the endpoint.`);
    return [];
  }
  const definition = readObject(ledger, `${at}.${kind}`, tool[kind] ?? 'nothing');
  if (definition === null) return [];
  const read = kind === 'custom' ? readCustom : readFunction;
  return [{ ...read(ledger, `${at}.${kind}`, definition), ...readCacheMark(tool) }];
}

function readFunction(ledger: Ledger, at: string, definition: JsonObject): Tool {
  meetOthers(ledger, 'tools[].function', at, definition, KNOWN_OF_FUNCTION);
  return {
    name: needText(ledger, `${at}.name`, definition.name),
    description: readText(ledger, `${at}.description`, definition.description),
    schema: readObject(ledger, `${at}.parameters`, definition.parameters) ?? {
      type: 'object',
      properties: {},
    },
    strict: readFlag(ledger, `${at}.strict`, definition.strict),
  };
}

/** No other vendor holds a model to a grammar; the model is told of it. */
function readCustom(ledger: Ledger, at: string, definition: JsonObject): Tool {
  const description = readText(ledger, `${at}.description`, definition.description);
  const format = readObject(ledger, `${at}.format`, definition.format);
  return {
    name: needText(ledger, `${at}.name`, definition.name),
    description: describeCustom(description, format),
    schema: CUSTOM_SCHEMA,
    strict: null,
    custom: true,
  };
}

/** Chat nests the grammar, Responses does not. */
export function describeCustom(description: string | null, format: JsonObject | null): string | null {
  if (format?.type !== 'grammar') return description;
  const { syntax, definition } = isObject(format.grammar) ? format.grammar : format;
  const rule = `The input must follow this ${textOf(syntax) ?? ''} grammar:\n${textOf(definition) ?? ''}`;
  return description === null ? rule : `${description}\n\n${rule}`;
}

const CHOICES: ReadonlyMap<unknown, ToolChoice> = new Map([
  ['none', { kind: 'none' }],
  ['auto', { kind: 'auto' }],
  ['required', { kind: 'any' }],
]);

/** `none`, `auto` or `required`; null for what is no word. */
export function readWord(value: unknown): ToolChoice | null {
  return CHOICES.get(value) ?? null;
}

function readChoice(ledger: Ledger, value: unknown, tools: readonly Tool[]): Partial<Tools> {
  if (absent(value)) return {};
  const word = readWord(value);
  if (word !== null) return { toolChoice: word };
  const choice = isObject(value) ? value : {};
  const named = choice[textOf(choice.type) ?? ''];
  if ((choice.type === 'function' || choice.type === 'custom') && isObject(named))
    return {
      toolChoice: { kind: 'tool', name: needText(ledger, `tool_choice.${choice.type}.name`, named.name) },
    };
  if (choice.type === 'allowed_tools' && isObject(named)) return allowOnly(ledger, named, tools);
  ledger.refuse('tool_choice', `'tool_choice' is no choice that can be told to the endpoint.`);
  return {};
}

/** Tools that may not be called are not shown. */
function allowOnly(ledger: Ledger, allowed: JsonObject, tools: readonly Tool[]): Partial<Tools> {
  const names = readObjects(ledger, 'tool_choice.allowed_tools.tools', allowed.tools).map(([, tool]) => {
    const named = tool[textOf(tool.type) ?? ''];
    return isObject(named) ? named.name : tool.name;
  });
  return {
    tools: tools.filter(({ name }) => names.includes(name)),
    toolChoice: { kind: allowed.mode === 'required' ? 'any' : 'auto' },
  };
}

function readFunctionChoice(ledger: Ledger, value: unknown): Partial<Tools> {
  if (absent(value)) return {};
  const word = readWord(value);
  if (word !== null) return { toolChoice: word };
  const name = needText(ledger, 'function_call.name', isObject(value) ? value.name : null);
  return { toolChoice: { kind: 'tool', name } };
}
