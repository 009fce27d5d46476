import { type JsonObject, textOf } from '../../json.ts';
import type { Ledger } from '../ledger.ts';

type Listed = readonly (readonly [name: string, tool: JsonObject])[];

/**
 * Tools that a vendor runs itself, or that only its models know. Next to tools of the client's own the model can do without
 * them; alone they are what was asked for.
 */
export function meetBuiltIns(ledger: Ledger, given: Listed, own: Listed): void {
  for (const entry of given) {
    if (own.includes(entry)) continue;
    const [at, { type }] = entry;
    if (own.length > 0) ledger.drop(`tools[].${textOf(type) ?? 'type'}`);
    else ledger.refuse(`${at}.type`, `'${at}.type' is a tool that the endpoint's vendor does not run.`);
  }
}
