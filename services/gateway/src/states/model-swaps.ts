import type { Logger } from '@holdfast/runtime/logger';

/** Notices answers by another model than was asked for: a provider's silent swap, or a name that was retired (FAULTS X10). */
export interface ModelSwaps {
  note(endpointId: string, asked: string, answered: string | null): void;
}

const MAX_KNOWN = 1000;

/** Each pair at an endpoint is told once. */
export function createModelSwaps(logger: Logger): ModelSwaps {
  const known = new Set<string>();
  // Nearly every answer is by the model of the one before.
  const lastSame = new Map<string, string>();
  return {
    note(endpointId, asked, answered) {
      if (answered === null || answered === asked || lastSame.get(asked) === answered) return;
      if (isSameModel(asked, answered)) {
        if (lastSame.size < MAX_KNOWN || lastSame.has(asked)) lastSame.set(asked, answered);
        return;
      }
      const swap = `${endpointId} ${asked} ${answered}`;
      if (known.has(swap) || known.size >= MAX_KNOWN) return;
      known.add(swap);
      logger.warn({ endpoint: endpointId, asked, answered }, 'another model answered than was asked for');
    },
  };
}

/** A dated or tagged name is the model's own: `openai/gpt-4o`, `gpt-4o-2024-08-06`, `gpt-4o:free`, `claude-x-latest`. */
export const isSameModel = (a: string, b: string): boolean => bare(a) === bare(b);

const bare = (name: string): string =>
  name
    .slice(name.lastIndexOf('/') + 1)
    .toLowerCase()
    .replace(/:[\w.-]{1,40}$/, '')
    .replace(/[-@](?:latest|\d{4}-\d{2}-\d{2}|\d{8}|\d{4}|\d{3})$/, '');
