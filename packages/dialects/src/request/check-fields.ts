import type { DialectName } from '../dialect.ts';
import type { JsonObject } from '../json.ts';

export interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

/** Far above what any provider takes (FAULTS C18). */
const caps = { model: 256, messages: 10_000, tools: 1024, choices: 128, outputTokens: 10_000_000 };

const WITH_MESSAGES = new Set<DialectName>(['openai-chat', 'anthropic-messages', 'anthropic-count-tokens']);
const OUTPUT_LIMITS = ['max_tokens', 'max_completion_tokens', 'max_output_tokens'];

/**
 * The first field that no provider could use, or null. A field that is null counts as absent, as the OpenAI API has it.
 * Fields the gateway does not know are nobody's business here.
 */
export function checkFields(
  dialect: DialectName,
  request: JsonObject,
  modelOptional: boolean,
): FieldProblem | null {
  return (
    checkModel(request.model, modelOptional) ??
    checkBoolean('stream', request.stream) ??
    (WITH_MESSAGES.has(dialect) ? checkMessages(request.messages) : null) ??
    checkList('tools', request.tools, caps.tools) ??
    checkList('functions', request.functions, caps.tools) ??
    checkInteger('n', request.n, 1, caps.choices) ??
    checkInteger('best_of', request.best_of, 1, caps.choices) ??
    checkOutputLimits(dialect, request) ??
    checkNoOtherProvider(request)
  );
}

function problem(field: string, message: string): FieldProblem {
  return { field, message: `'${field}' ${message}` };
}

function checkModel(model: unknown, optional: boolean): FieldProblem | null {
  if (model === undefined) return optional ? null : problem('model', 'is required.');
  if (typeof model !== 'string' || model === '') return problem('model', 'must be a non-empty string.');
  return model.length > caps.model ? problem('model', `must have at most ${caps.model} characters.`) : null;
}

function checkBoolean(field: string, value: unknown): FieldProblem | null {
  return isAbsent(value) || typeof value === 'boolean' ? null : problem(field, 'must be true or false.');
}

function checkMessages(messages: unknown): FieldProblem | null {
  if (messages === undefined) return problem('messages', 'is required.');
  if (!Array.isArray(messages) || messages.length === 0)
    return problem('messages', 'must be a non-empty array.');
  return checkList('messages', messages, caps.messages);
}

function checkList(field: string, value: unknown, max: number): FieldProblem | null {
  if (isAbsent(value)) return null;
  if (!Array.isArray(value)) return problem(field, 'must be an array.');
  return value.length > max ? problem(field, `must have at most ${max} entries.`) : null;
}

function checkInteger(field: string, value: unknown, min: number, max: number): FieldProblem | null {
  if (isAbsent(value)) return null;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return null;
  return problem(field, `must be a whole number from ${min} to ${max}.`);
}

/** Legacy completions may ask for 0 tokens: they echo the prompt with its probabilities. */
function checkOutputLimits(dialect: DialectName, request: JsonObject): FieldProblem | null {
  const min = dialect === 'openai-completions' ? 0 : 1;
  for (const field of OUTPUT_LIMITS) {
    const found = checkInteger(field, request[field], min, caps.outputTokens);
    if (found !== null) return found;
  }
  return null;
}

/** Gateways behind this one would send their keys there (FAULTS C17, CVE-2024-6587): upstreams come from the configuration alone. */
const OTHER_PROVIDER = ['api_base', 'base_url', 'custom_host'];

function checkNoOtherProvider(request: JsonObject): FieldProblem | null {
  const field = OTHER_PROVIDER.find((name) => !isAbsent(request[name]));
  return field === undefined
    ? null
    : problem(field, 'is not accepted: the gateway is configured with its providers.');
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}
