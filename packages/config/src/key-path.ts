/** Where a value is inside the configuration: keys of mappings and indexes of lists. */
export type KeyPath = readonly (string | number)[];

/** `['clusters', 'main', 'endpoints', 0]` -> `clusters.main.endpoints[0]` */
export function formatPath(path: KeyPath): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      if (!/^[\w-]+$/.test(part)) return `["${part}"]`;
      return index === 0 ? part : `.${part}`;
    })
    .join('');
}
