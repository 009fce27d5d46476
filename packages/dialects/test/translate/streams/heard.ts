import type { DialectName } from '../../../src/dialect.ts';
import { dialects } from '../../../src/dialects.ts';
import { isObject, type JsonObject, objectsIn } from '../../../src/json.ts';

/** What a client makes of an answer, in the same words for every dialect. */
export interface Heard {
  readonly text: string;
  readonly refusal: string;
  readonly reasoning: string;
  readonly signatures: readonly unknown[];
  readonly calls: readonly { readonly id: unknown; readonly name: unknown; readonly input: unknown }[];
  readonly finish: unknown;
  readonly usage: { readonly input: unknown; readonly output: unknown; readonly cached: unknown };
}

/** Collects a stream of `dialect` and hears it. */
export function heardIn(dialect: DialectName, stream: Buffer): Heard | null {
  const answer = dialects[dialect].streamToAnswer(stream);
  return answer === null ? null : hear(dialect, JSON.parse(answer.toString()) as JsonObject);
}

export function hear(dialect: DialectName, answer: JsonObject): Heard {
  switch (dialect) {
    case 'openai-chat':
      return hearChat(answer);
    case 'openai-completions':
      return hearCompletion(answer);
    case 'openai-responses':
      return hearResponse(answer);
    default:
      return hearMessage(answer);
  }
}

const join = (items: readonly JsonObject[], key: string) => items.map((item) => item[key] ?? '').join('');
const object = (value: unknown): JsonObject => (isObject(value) ? value : {});
const ofType = (items: readonly JsonObject[], type: string) => items.filter((item) => item.type === type);
const parsed = (json: unknown): unknown => JSON.parse(String(json));

function hearChat(answer: JsonObject): Heard {
  const choice = objectsIn(answer.choices)[0]!;
  const message = object(choice.message);
  const usage = object(answer.usage);
  return {
    text: String(message.content ?? ''),
    refusal: String(message.refusal ?? ''),
    reasoning: String(message.reasoning_content ?? ''),
    signatures: objectsIn(message.reasoning_details).flatMap(({ signature }) => signature ?? []),
    calls: objectsIn(message.tool_calls).map(({ id, function: called }) => ({
      id,
      name: object(called).name,
      input: parsed(object(called).arguments),
    })),
    finish: choice.finish_reason,
    usage: {
      input: usage.prompt_tokens,
      output: usage.completion_tokens,
      cached: object(usage.prompt_tokens_details).cached_tokens,
    },
  };
}

function hearCompletion(answer: JsonObject): Heard {
  const choice = objectsIn(answer.choices)[0]!;
  const { usage } = hearChat({ ...answer, choices: [{}] });
  const text = String(choice.text);
  return { text, refusal: '', reasoning: '', signatures: [], calls: [], finish: choice.finish_reason, usage };
}

function hearResponse(answer: JsonObject): Heard {
  const output = objectsIn(answer.output);
  const content = ofType(output, 'message').flatMap((item) => objectsIn(item.content));
  const reasoning = ofType(output, 'reasoning');
  const usage = object(answer.usage);
  return {
    text: join(ofType(content, 'output_text'), 'text'),
    refusal: join(ofType(content, 'refusal'), 'refusal'),
    reasoning: join(
      reasoning.flatMap((item) => objectsIn(item.summary)),
      'text',
    ),
    signatures: reasoning.flatMap(({ encrypted_content: sealed }) =>
      sealed === 'holdfast:unsealed' ? [] : sealed,
    ),
    calls: ofType(output, 'function_call').map((item) => ({
      id: item.call_id,
      name: item.name,
      input: parsed(item.arguments),
    })),
    finish: answer.status === 'completed' ? 'completed' : object(answer.incomplete_details).reason,
    usage: {
      input: usage.input_tokens,
      output: usage.output_tokens,
      cached: object(usage.input_tokens_details).cached_tokens,
    },
  };
}

function hearMessage(answer: JsonObject): Heard {
  const content = objectsIn(answer.content);
  const thinking = ofType(content, 'thinking');
  const usage = object(answer.usage);
  return {
    text: join(ofType(content, 'text'), 'text'),
    refusal: '',
    reasoning: join(thinking, 'thinking'),
    signatures: thinking.flatMap(({ signature }) => (signature === '' ? [] : [signature])),
    calls: ofType(content, 'tool_use').map(({ id, name, input }) => ({ id, name, input })),
    finish: answer.stop_reason,
    usage: {
      input: Number(usage.input_tokens) + Number(usage.cache_read_input_tokens),
      output: usage.output_tokens,
      cached: usage.cache_read_input_tokens,
    },
  };
}
