import { usageIn } from '../answers/finding.ts';
import { FILTER_FINISHES, LENGTH_FINISHES } from '../answers/finish-reasons.ts';
import type { Usage } from '../dialect.ts';
import { countOf, isObject, type JsonObject, objectsIn, textOf } from '../json.ts';
import { failureIn } from './failure-in.ts';
import { type EventMeaning, noFacts, type StreamGrammar } from './stream-grammar.ts';

/** The grammar shared by chat and legacy completions: chunks with `choices`, ended by `[DONE]`. */
export interface ChoicesGrammar {
  readonly object: 'chat.completion.chunk' | 'text_completion';
  /** The choice carries text, reasoning or the like; `tool`: a tool call. */
  content(choice: JsonObject): 'tool' | boolean;
  /** A choice that ends with `finish` and adds nothing. */
  closingChoice(index: number, finish: string): object;
  /** The chunk that tells nothing but usage is not for the client. */
  readonly hidesUsage: boolean;
}

export function choicesGrammar(dialect: ChoicesGrammar): StreamGrammar {
  const facts = noFacts();
  const open = new Set<number>();
  const finished = new Set<number>();
  const withTool = new Set<number>();
  let id: string | null = null;
  let created: number | null = null;

  function read(event: JsonObject, name: string | null): EventMeaning {
    const failure = failureIn(event, name);
    if (failure !== null) return failure;
    if (name === 'ping') return 'drop';
    facts.model = textOf(event.model) ?? facts.model;
    facts.usage = chunkUsage(event) ?? facts.usage;
    id ??= textOf(event.id);
    created ??= countOf(event.created);
    let content = false;
    for (const choice of objectsIn(event.choices)) if (readChoice(choice)) content = true;
    if (content) return 'content';
    return dialect.hidesUsage && tellsOnlyUsage(event) ? 'drop' : 'other';
  }

  function readChoice(choice: JsonObject): boolean {
    const index = countOf(choice.index) ?? 0;
    const content = dialect.content(choice);
    if (content === 'tool') {
      facts.toolSeen = true;
      withTool.add(index);
    }
    const finish = textOf(choice.finish_reason);
    if (finish === null) {
      if (!finished.has(index)) open.add(index);
    } else {
      facts.finish = finish;
      open.delete(index);
      finished.add(index);
    }
    facts.finishSeen = finished.size > 0 && open.size === 0;
    return content !== false;
  }

  function closing(): string {
    let out = '';
    if (!facts.finishSeen && open.size > 0) {
      const choices = [...open].map((index) =>
        dialect.closingChoice(index, withTool.has(index) ? 'tool_calls' : 'stop'),
      );
      const chunk = {
        id: id ?? 'chatcmpl-holdfast',
        object: dialect.object,
        created: created ?? 0,
        model: facts.model ?? '',
        choices,
      };
      out += `data: ${JSON.stringify(chunk)}\n\n`;
    }
    return facts.terminatorSeen ? out : `${out}data: [DONE]\n\n`;
  }

  return {
    facts,
    endsWithDone: true,
    read,
    needsContent: (finish) => !LENGTH_FINISHES.has(finish) && !FILTER_FINISHES.has(finish),
    closing,
  };
}

/** What `stream_options.include_usage` adds to a stream (platform.openai.com, API reference). */
const tellsOnlyUsage = ({ choices, usage }: JsonObject): boolean =>
  Array.isArray(choices) && choices.length === 0 && isObject(usage);

/** Groq reports usage in `x_groq`. */
function chunkUsage(event: JsonObject): Usage | null {
  const usage = event.usage ?? (isObject(event.x_groq) ? event.x_groq.usage : null);
  return usageIn(usage, 'prompt_tokens', 'completion_tokens');
}
