/**
 * A text whose every character can be seen where it stands: those that move a cursor, change the direction of reading, or show
 * nothing are written as their code. For names and texts from outside, on a terminal or a page. Line breaks and tabs stay.
 */
export const visible = (text: string): string =>
  text.replace(UNSEEN, (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`);

const UNSEEN = /(?![\n\t])[\p{Cc}\p{Cf}\u2028\u2029]/gu;
