const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Finds where a JSON object, array or string that comes in pieces is whole. Takes the next piece; true from the piece on that ends it. */
export function jsonEnd(): (piece: string) => boolean {
  let depth = 0;
  let inString = false;
  let escaped = false;
  let whole = false;
  return (piece) => {
    for (let i = 0; i < piece.length && !whole; i++) {
      const char = piece.charCodeAt(i);
      if (escaped) escaped = false;
      else if (inString) {
        if (char === BACKSLASH) escaped = true;
        else if (char === QUOTE) {
          inString = false;
          whole = depth === 0;
        }
      } else if (char === QUOTE) inString = true;
      else if (char === 0x7b || char === 0x5b) depth++;
      else if (char === 0x7d || char === 0x5d) whole = --depth <= 0;
    }
    return whole;
  };
}
