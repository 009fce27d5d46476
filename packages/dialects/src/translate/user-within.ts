import { sha256 } from './sha256.ts';

/** Who asks, in at most `max` characters: a longer name becomes its digest, which still tells users apart. */
export const userWithin = (user: string, max: number): string => (user.length > max ? sha256(user) : user);
