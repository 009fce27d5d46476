import { randomBytes } from 'node:crypto';

const WELL_FORMED = /^[\w.:-]{1,128}$/;

/** Keeps a well-formed id of the client's, else makes one: unique by a random start per process and a counter. */
export function createRequestIds(): (offered: string | undefined) => string {
  const start = `req_${randomBytes(9).toString('hex')}`;
  let count = 0;
  return (offered) => {
    if (offered !== undefined && WELL_FORMED.test(offered)) return offered;
    count++;
    return start + count.toString(36).padStart(6, '0');
  };
}
