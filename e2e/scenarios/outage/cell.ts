import type { Fleet } from './fleet.ts';

export const COMPONENTS = ['redis', 'health-checker', 'token-rotator', 'tagger', 'prometheus'] as const;
export type Component = (typeof COMPONENTS)[number];

export const OUTAGES = ['absent', 'killed', 'hung', 'flushed', 'back'] as const;
export type Outage = (typeof OUTAGES)[number];

/** Something that can be seen of the running suite. */
export interface Sign {
  /** In the words of the document. */
  readonly text: string;
  /** Default: the patience of the test. */
  readonly withinMs?: number;
  /** Asked again until it is true, or too late. */
  holds(fleet: Fleet): boolean | Promise<boolean>;
}

/** What one outage of one component means. Every sentence of the document is one of these signs. */
export interface Cell {
  /** What must be so before it happens. */
  before?(fleet: Fleet): Promise<void>;
  /** What else goes wrong, or is asked for, while it lasts. */
  meanwhile?(fleet: Fleet): void | Promise<void>;
  readonly works: readonly Sign[];
  readonly degrades: readonly Sign[];
  readonly shows: readonly Sign[];
}

/** Only the store can be flushed. */
export type Cells = Readonly<Record<Exclude<Outage, 'flushed'>, Cell>> & { readonly flushed?: Cell };
