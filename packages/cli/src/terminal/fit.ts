/** Narrower than this a column is hard to read. */
const NARROWEST = 14;

/** Widths that fit into `room` together, if that can be: the widest of the columns that may be wrapped give way first. */
export function fitWidths(widths: readonly number[], mayWrap: readonly boolean[], room: number): number[] {
  const fitted = [...widths];
  let over = fitted.reduce((sum, width) => sum + width, 0) - room;
  while (over > 0) {
    const widest = fitted.reduce(
      (best, width, index) =>
        mayWrap[index] && width > NARROWEST && width > (fitted[best] ?? 0) ? index : best,
      -1,
    );
    if (widest === -1) break;
    fitted[widest]! -= 1;
    over -= 1;
  }
  return fitted;
}

/** Lines of at most `width`, broken between words; a longer word is cut. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((part) => pieces(part, width))) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function pieces(word: string, width: number): string[] {
  const cut: string[] = [];
  for (let rest = word; ; rest = rest.slice(width)) {
    cut.push(rest.slice(0, width));
    if (rest.length <= width) return cut;
  }
}
