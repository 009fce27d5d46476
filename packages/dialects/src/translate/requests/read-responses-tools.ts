import { isObject, type JsonObject, textOf } from '../../json.ts';
import type { Conversation, Tool, ToolChoice } from '../conversation.ts';
import { CUSTOM_SCHEMA } from '../custom-tools.ts';
import type { Ledger } from '../ledger.ts';
import { meetBuiltIns } from './built-in-tools.ts';
import { absent, meetOthers, needText, readFlag, readObject, readObjects, readText } from './fields.ts';
import { describeCustom, readWord } from './read-chat-tools.ts';

const KNOWN = new Set(['type', 'name', 'description', 'parameters', 'strict', 'format']);

export function readResponsesTools(
  ledger: Ledger,
  request: JsonObject,
): Pick<Conversation, 'tools' | 'toolChoice' | 'parallelTools' | 'functionsOnly'> {
  const given = readObjects(ledger, 'tools', request.tools);
  const own = given.filter(([, { type }]) => type === 'function' || type === 'custom');
  meetBuiltIns(ledger, given, own);
  const all = own.map(([at, tool]) => readTool(ledger, at, tool));
  const { tools, toolChoice } = readChoice(ledger, request.tool_choice, all);
  return {
    tools,
    toolChoice,
    parallelTools: readFlag(ledger, 'parallel_tool_calls', request.parallel_tool_calls),
    functionsOnly: false,
  };
}

function readTool(ledger: Ledger, at: string, tool: JsonObject): Tool {
  meetOthers(ledger, 'tools[]', at, tool, KNOWN);
  const name = needText(ledger, `${at}.name`, tool.name);
  const description = readText(ledger, `${at}.description`, tool.description);
  if (tool.type === 'custom')
    return {
      name,
      description: describeCustom(description, readObject(ledger, `${at}.format`, tool.format)),
      schema: CUSTOM_SCHEMA,
      strict: null,
      custom: true,
    };
  return {
    name,
    description,
    schema: readObject(ledger, `${at}.parameters`, tool.parameters) ?? { type: 'object', properties: {} },
    strict: readFlag(ledger, `${at}.strict`, tool.strict),
  };
}

function readChoice(
  ledger: Ledger,
  value: unknown,
  tools: readonly Tool[],
): { readonly tools: readonly Tool[]; readonly toolChoice: ToolChoice | null } {
  if (absent(value)) return { tools, toolChoice: null };
  const word = readWord(value);
  if (word !== null) return { tools, toolChoice: word };
  const choice = isObject(value) ? value : {};
  if (choice.type === 'function' || choice.type === 'custom')
    return {
      tools,
      toolChoice: { kind: 'tool', name: needText(ledger, 'tool_choice.name', choice.name) },
    };
  if (choice.type === 'allowed_tools') {
    const names = readObjects(ledger, 'tool_choice.tools', choice.tools).map(([, { name }]) => textOf(name));
    return {
      tools: tools.filter(({ name }) => names.includes(name)),
      toolChoice: { kind: choice.mode === 'required' ? 'any' : 'auto' },
    };
  }
  ledger.refuse('tool_choice', `'tool_choice' is no choice that can be told to the endpoint.`);
  return { tools, toolChoice: null };
}
