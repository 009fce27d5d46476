import type { Endpoint } from '@holdfast/config/types';
import type { Dialect, DialectName } from '@holdfast/dialects/dialect';
import { dialects } from '@holdfast/dialects/dialects';
import { translatableTo } from '@holdfast/dialects/translate/translate';

/** By the client's dialect: the one in which an endpoint is told such a request; null where it can be told in none. */
export type DialectsAt = Readonly<Record<DialectName, Dialect | null>>;

/** The client's own dialect wherever the endpoint serves it, else the first that the request can be told in. */
export function dialectsAt({ dialects: served }: Pick<Endpoint, 'dialects'>): DialectsAt {
  const at = (name: DialectName): Dialect | null => {
    const spoken = [name, ...translatableTo(name)].find((candidate) => served.includes(candidate));
    return spoken === undefined ? null : dialects[spoken];
  };
  const names = Object.keys(dialects) as DialectName[];
  return Object.fromEntries(names.map((name) => [name, at(name)])) as Record<DialectName, Dialect | null>;
}
