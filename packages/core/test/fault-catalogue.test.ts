import { expect, test } from '@jest/globals';
import { FAULT_CATALOGUE } from '../src/fault-catalogue.ts';

const range = (family: string, last: number) =>
  Array.from({ length: last }, (_, index) => `${family}${String(index + 1).padStart(2, '0')}`);

test('every fault of the catalogue has an entry, under its own code, with words for the documentation', () => {
  const codes = [
    ...range('N', 22),
    ...range('P', 32),
    ...range('S', 18),
    ...range('C', 19),
    ...range('I', 17),
    ...range('X', 12),
  ];
  for (const code of codes) {
    const entry = FAULT_CATALOGUE[code];
    expect(entry).toMatchObject({ code, docs: `docs/gateway/failure-modes.md#${code.toLowerCase()}` });
    expect(entry?.title).not.toBe('');
    expect(entry?.behaviour).not.toBe('');
  }
});

test('what can end a request has a status for the client', () => {
  for (const entry of Object.values(FAULT_CATALOGUE)) {
    if (entry.retry === null) continue;
    expect(entry.clientStatus).toBeGreaterThanOrEqual(400);
  }
});

test("the provider's 401 and 402 are never the client's: they are about our key and our purse", () => {
  for (const { clientStatus, variants } of Object.values(FAULT_CATALOGUE)) {
    for (const status of [clientStatus, ...variants.map((variant) => variant.clientStatus)])
      expect([401, 402]).not.toContain(status);
  }
});
