import { expect, test } from '@jest/globals';
import { CLUSTER, problemsOf } from './load-yaml.ts';

/** About, a YAML with `▸` where the one problem is, the key, what is said of it, and the nearest valid name. */
export type WrongConfig = readonly [
  about: string,
  marked: string,
  key: string,
  message: string,
  suggestion?: string,
];

/** One test for each: the configuration is refused with exactly this problem, at the mark. A cluster is added where there is none. */
export function testRefusals(rows: readonly WrongConfig[]): void {
  test.each(rows)('%s', (_about, marked, key, message, suggestion = undefined) => {
    const before = marked.slice(0, marked.indexOf('▸')).split('\n');
    const yaml = marked.replace('▸', '');
    expect(problemsOf(/^ *clusters:/m.test(yaml) ? yaml : `${yaml}\n${CLUSTER}`)).toEqual([
      {
        file: 'holdfast.yaml',
        line: before.length,
        column: before.at(-1)!.length + 1,
        key,
        message,
        suggestion: suggestion ?? null,
      },
    ]);
  });
}

/** A configuration whose only endpoint has these further keys. */
export const endpointWith = (keys: string) =>
  `clusters: { main: { endpoints: [{ name: a, base_url: "https://a", ${keys} }] } }`;
