import { sha256 } from '../sha256.ts';
import { toolCallId } from '../tool-call-id.ts';

/** Ids of calls as the endpoint gets them: each only once, and none that its vendor would refuse. */
export interface CallIds {
  call(id: string): string;
  /** The latest call of that name. */
  result(id: string): string;
}

/** `short`: of 9 letters and digits. */
export function callIds(short = false): CallIds {
  const uses = new Map<string, number>();
  const latest = (id: string): string => {
    const use = uses.get(id) ?? 1;
    const unique = use === 1 ? id : `${id} ${use}`;
    return short ? sha256(unique).slice(0, 9) : toolCallId(unique);
  };
  return {
    call(id) {
      uses.set(id, (uses.get(id) ?? 0) + 1);
      return latest(id);
    },
    result: latest,
  };
}
