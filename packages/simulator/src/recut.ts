/** A body as it is written: its pieces, and the pause between them (null: none; 0: only so that each leaves by itself). */
export interface Pieces {
  readonly pieces: readonly Buffer[];
  readonly gapMs: number | null;
}

export function totalBytes(pieces: readonly Buffer[]): number {
  return pieces.reduce((total, { length }) => total + length, 0);
}

/** The same bytes, cut at these offsets. Offsets outside the body and repeated ones cut nothing. */
export function recutAt(pieces: readonly Buffer[], offsets: readonly number[]): Buffer[] {
  const bytes = Buffer.concat(pieces);
  const inside = offsets.filter((offset) => offset > 0 && offset < bytes.length);
  const cuts = [0, ...new Set(inside.toSorted((a, b) => a - b)), bytes.length];
  return cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end));
}

export function recutEvery(pieces: readonly Buffer[], length: number): Buffer[] {
  const total = totalBytes(pieces);
  const offsets = Array.from({ length: Math.ceil(total / length) }, (_, index) => index * length);
  return recutAt(pieces, offsets);
}

/** The first `length` bytes, piece borders kept. */
export function firstBytes(pieces: readonly Buffer[], length: number): Buffer[] {
  const kept: Buffer[] = [];
  let left = length;
  for (const piece of pieces) {
    if (left <= 0) break;
    kept.push(piece.length <= left ? piece : piece.subarray(0, left));
    left -= piece.length;
  }
  return kept;
}
