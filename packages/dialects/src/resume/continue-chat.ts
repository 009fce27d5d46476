import { countOf, isObject, type JsonObject, objectsIn, textOf } from '../json.ts';
import { dataEvent } from '../sse/write-event.ts';
import type { EventRewriter, Share } from './event-rewriter.ts';
import type { TextJoin } from './join-text.ts';
import { saysNothing } from './says-nothing.ts';
import type { Spoken } from './spoken.ts';

/** Chunks of a continuation in the name of the answer it continues: no role again, no thoughts of another model. */
export function continueChat({ identity }: Spoken, join: TextJoin, share: Share): EventRewriter {
  return {
    terminator: 'data: [DONE]\n\n',
    rewrite(event) {
      const { choices, usage, ...head } = event;
      const said = objectsIn(choices).flatMap((choice) =>
        (choice.index ?? 0) === 0 ? rewriteChoice(choice, join) : [],
      );
      const counted = isObject(usage) ? { usage: wholeUsage(usage, share) } : usage === null ? { usage } : {};
      return said.length > 0 || isObject(usage)
        ? dataEvent({ ...head, ...identity, choices: said, ...counted })
        : '';
    },
  };
}

function rewriteChoice({ message, ...choice }: JsonObject, join: TextJoin): JsonObject[] {
  const isFinish = textOf(choice.finish_reason) !== null;
  const delta = isObject(choice.delta) ? choice.delta : isObject(message) ? message : {};
  const { role, content, reasoning, reasoning_content, reasoning_details, ...more } = delta;
  const text = (textOf(content) === null ? '' : join.push(String(content))) + (isFinish ? join.flush() : '');
  if (text === '' && !isFinish && Object.values(more).every(saysNothing)) return [];
  return [{ ...choice, index: 0, delta: { ...more, ...(text === '' ? {} : { content: text }) } }];
}

function wholeUsage(usage: JsonObject, share: Share): JsonObject {
  const { inputTokens, outputTokens } = share({
    inputTokens: countOf(usage.prompt_tokens),
    outputTokens: countOf(usage.completion_tokens),
  });
  return {
    ...usage,
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: (inputTokens ?? 0) + (outputTokens ?? 0),
  };
}
