import { chatModelFor } from '../target.ts';
import { probeChat } from './chat-probe.ts';
import { type Finding, slow, unproven } from './finding.ts';
import { type ModelsProbe, probeModels } from './models-probe.ts';
import type { ProbeContext } from './probe-context.ts';

export interface ProbeOrder extends ProbeContext {
  /** Models its list named before; null when it has no list, undefined when nobody looked yet. */
  readonly listed: readonly string[] | null | undefined;
  /** `auto` only: a chat is wanted, because the endpoint was down or because it has no list. */
  readonly preferChat: boolean;
  /** Why no chat may be held (a metered quota, the day's cap); null when it may. */
  readonly noChat: string | null;
}

export interface ProbeReport {
  readonly finding: Finding;
  readonly latencyMs: number;
  readonly llmTokens: number;
  /** As `ProbeOrder.listed`, after this probe. */
  readonly listed: readonly string[] | null | undefined;
}

/** Probes an endpoint as its kind says. At most two calls (`auto`: the list, then a chat), plus one for a refused field. */
export async function probe(order: ProbeOrder): Promise<ProbeReport> {
  const report = await probeByKind(order);
  const { finding, latencyMs } = report;
  return finding.result === 'ok' && latencyMs > order.timeoutMs / 2
    ? { ...report, finding: slow(latencyMs) }
    : report;
}

function probeByKind(order: ProbeOrder): Promise<ProbeReport> {
  const { kind } = order.target;
  if (kind === 'models') return listOnly(order);
  const chatFirst = kind === 'chat' || order.preferChat || order.listed === null;
  const model = chatModelFor(order.target, order.listed ?? []);
  return chatFirst && model !== null && order.noChat === null
    ? chat(order, model)
    : listThenChat(order, chatFirst);
}

async function listOnly(order: ProbeOrder): Promise<ProbeReport> {
  const list = await probeModels(order);
  return { ...reportOf(order, list), finding: list.finding ?? unproven('it has no list of models') };
}

/** The list says whether a chat is needed: to prove what it cannot, or because there is none. */
async function listThenChat(order: ProbeOrder, wanted: boolean): Promise<ProbeReport> {
  const list = await probeModels(order);
  const report = reportOf(order, list);
  // A page instead of a list may be all that a provider without one sends; a chat tells.
  const inconclusive = list.finding === null || list.finding.result === 'wrong_answer';
  const model = chatModelFor(order.target, list.models ?? []);
  const sound = list.finding?.found !== 'down';
  if (inconclusive || (wanted && sound)) {
    if (model !== null && order.noChat === null) return chat({ ...order, listed: report.listed }, model);
    if (list.finding === null) {
      return { ...report, finding: unproven(order.noChat ?? 'no list of models, and no model to talk to') };
    }
  }
  return report;
}

async function chat(order: ProbeOrder, model: string): Promise<ProbeReport> {
  return { ...(await probeChat(order, model)), listed: order.listed };
}

function reportOf(
  order: ProbeOrder,
  { finding, models, latencyMs }: ModelsProbe,
): Omit<ProbeReport, 'finding'> & { finding: Finding } {
  const listed = models ?? (finding === null || finding.result === 'wrong_answer' ? null : order.listed);
  return { finding: finding ?? unproven('no list of models'), latencyMs, llmTokens: 0, listed };
}
