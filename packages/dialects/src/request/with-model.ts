import type { RequestFacts } from './inspect-request.ts';

/** The body with another model in place of the one it names; every other byte stays. The same model gives the same Buffer. */
export function withModel(body: Buffer, facts: RequestFacts, model: string): Buffer {
  if (model === facts.model) return body;
  const literal = JSON.stringify(model);
  if (facts.modelSpan !== null) {
    const [start, end] = facts.modelSpan;
    return Buffer.concat([body.subarray(0, start), Buffer.from(literal), body.subarray(end)]);
  }
  const brace = body.indexOf('{') + 1;
  const isEmpty = /^\s*}/.test(body.toString('latin1', brace));
  return Buffer.concat([
    body.subarray(0, brace),
    Buffer.from(`"model":${literal}${isEmpty ? '' : ','}`),
    body.subarray(brace),
  ]);
}
