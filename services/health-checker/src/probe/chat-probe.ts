import type { AnswerFinding } from '@holdfast/dialects/dialect';
import { readErrorBody } from '@holdfast/dialects/errors/read-error-body';
import { upstreamPath } from '@holdfast/dialects/upstream-call';
import { chatQuestion, echoes, randomCode } from './chat-question.ts';
import { chatText } from './chat-text.ts';
import type { Exchange } from './exchange.ts';
import { type Finding, findingOf, fine, modelMissing, unproven, wrongAnswer, wrongModel } from './finding.ts';
import { findingOfBadBody, verdictOn } from './judge-reply.ts';
import { isSameModel } from './model-names.ts';
import { callTarget, judgeContext, type ProbeContext } from './probe-context.ts';

export interface ChatProbe {
  readonly finding: Finding;
  readonly latencyMs: number;
  /** What the provider counted, or an estimate when it told nothing. */
  readonly llmTokens: number;
}

/** Characters of one model token, roughly (English text). */
const CHARS_PER_TOKEN = 4;
/** Stops that cut an answer before it was complete. */
const CUT = new Set(['length', 'max_tokens']);

/** Holds a short conversation in which only a working model answers with a code nobody saw before. */
export async function probeChat(context: ProbeContext, model: string): Promise<ChatProbe> {
  const { dialect, endpoint, ownModels } = context.target;
  const path = upstreamPath(endpoint, dialect.upstreamPath);
  const code = randomCode(context.random);
  const ask = (limit?: 'max_completion_tokens') =>
    callTarget(context, 'POST', path, chatQuestion(dialect.protocol, model, code, limit));
  let reply = await ask();
  if (refusesMaxTokens(reply)) reply = await ask('max_completion_tokens');

  const { latencyMs } = reply;
  const judge = judgeContext(context);
  const verdict = verdictOn(reply, judge);
  if (verdict || !('body' in reply)) {
    const missing = verdict?.code === 'P08';
    const finding = missing
      ? modelMissing([model], ownModels.length <= 1)
      : findingOf(verdict!, judge.pooled);
    return { finding, latencyMs, llmTokens: 0 };
  }

  const contentType = reply.headers['content-type'] ?? '';
  const body = contentType.includes('event-stream')
    ? (dialect.streamToAnswer(reply.body) ?? reply.body)
    : reply.body;
  const answer = dialect.readAnswer(body, contentType);
  if (answer.kind === 'bad') {
    const observation = { kind: 'bad_body', status: reply.status, fault: answer.fault } as const;
    return { finding: findingOfBadBody(observation, judge), latencyMs, llmTokens: 0 };
  }
  if (answer.kind === 'error') {
    const { status, headers } = reply;
    const observation = { kind: 'refused', status, headers, error: answer.error, body: 'json' } as const;
    return { finding: findingOfBadBody(observation, judge), latencyMs, llmTokens: 0 };
  }
  const text = chatText(endpoint.protocol, body);
  return { finding: judgeAnswer(answer, text, code, model), latencyMs, llmTokens: tokensOf(answer, text) };
}

function judgeAnswer(
  answer: AnswerFinding & { kind: 'ok' },
  text: string,
  code: string,
  model: string,
): Finding {
  if (!echoes(text, code)) {
    if (answer.filtered) return unproven('a content filter refused the question');
    if (CUT.has(answer.finish ?? '')) return unproven('the output limit was reached before the answer');
    return wrongAnswer('the code was not echoed');
  }
  return answer.model !== null && !isSameModel(model, answer.model) ? wrongModel(model, answer.model) : fine;
}

/** Reasoning models of OpenAI's refuse the field that everybody else knows. */
function refusesMaxTokens(reply: Exchange): boolean {
  if (!('body' in reply) || reply.status !== 400) return false;
  const { error } = readErrorBody(reply.body);
  return error.param === 'max_tokens' || /max_completion_tokens/.test(error.message);
}

function tokensOf({ usage }: AnswerFinding & { kind: 'ok' }, text: string): number {
  const counted = (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0);
  return counted > 0 ? counted : Math.ceil((text.length + 100) / CHARS_PER_TOKEN);
}
