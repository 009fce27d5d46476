import { modelsPath } from '@holdfast/dialects/upstream-call';
import { type Finding, findingOf, fine, modelMissing, wrongAnswer } from './finding.ts';
import { verdictOn } from './judge-reply.ts';
import { readModelList } from './model-list.ts';
import { callTarget, judgeContext, type ProbeContext } from './probe-context.ts';

export interface ModelsProbe {
  /** Null: the endpoint has no list of models, which says nothing about its health. */
  readonly finding: Finding | null;
  readonly models: readonly string[] | null;
  readonly latencyMs: number;
}

/** What a provider answers who has no such route. */
const NO_SUCH_ROUTE = new Set([404, 405, 501]);

/** Asks for the list of models: free, and shows that the endpoint is there, takes the key, and has the models. */
export async function probeModels(context: ProbeContext): Promise<ModelsProbe> {
  const { endpoint, ownModels } = context.target;
  const reply = await callTarget(context, 'GET', modelsPath(endpoint));
  const { latencyMs } = reply;
  const judge = judgeContext(context);
  const verdict = verdictOn(reply, judge);
  if (verdict) {
    const absent = 'status' in reply && NO_SUCH_ROUTE.has(reply.status);
    return { finding: absent ? null : findingOf(verdict, judge.pooled), models: null, latencyMs };
  }
  const models = 'body' in reply ? readModelList(reply.body) : null;
  if (!models) return { finding: wrongAnswer('not a list of models'), models: null, latencyMs };
  const missing = models.length === 0 ? [] : ownModels.filter((model) => !models.includes(model));
  const finding = missing.length === 0 ? fine : modelMissing(missing, false);
  return { finding, models, latencyMs };
}
