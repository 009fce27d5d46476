import { FAULT_CATALOGUE } from '@holdfast/core/fault-catalogue';
import { expect, test } from '@jest/globals';
import { PAGE, renderFailureModes } from '../testing/failure-modes.ts';
import { proofsOf, textOf } from '../testing/fault-proofs.ts';

const codes = Object.keys(FAULT_CATALOGUE);
/** What no row fits; its own tests are with the classification. */
const UNNAMED = new Set(['N00']);

test('every fault of the catalogue has a test that names it', () => {
  const proofs = proofsOf(codes);
  expect(codes.filter((code) => !UNNAMED.has(code) && proofs.get(code)!.length === 0)).toEqual([]);
});

test('the tests that prove a fault elsewhere are still there', () => {
  const missing = [...proofsOf(codes).values()]
    .flat()
    .filter(({ file, name }) => !textOf(file).includes(name))
    .map(({ file, name }) => `${file}: ${name}`);
  expect(missing).toEqual([]);
});

test('the page of failure modes says what the code does', () => {
  // To write it anew: sh scripts/node.sh services/gateway/testing/write-failure-modes.ts
  expect(textOf(PAGE)).toBe(renderFailureModes());
});
