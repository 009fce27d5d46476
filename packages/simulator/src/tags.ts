const STOP_WORDS = new Set(
  'about after also been before from have here into just more most only other over some such than that their them then there these they this those very were what when where which while will with would your'.split(
    ' ',
  ),
);

/** Up to five words of the text as tags, the same ones for the same text. */
export function tagsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]{4,}/gu) ?? [];
  const tags = [...new Set(words)].filter((word) => !STOP_WORDS.has(word)).slice(0, 5);
  return tags.length > 0 ? tags : ['general'];
}
