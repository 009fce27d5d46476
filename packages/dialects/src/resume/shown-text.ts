/**
 * The part of a text that a model can be shown as its own: Anthropic refuses one that ends in white space (docs.anthropic.com,
 * "Prefill Claude's response"), and the first half of a surrogate pair is no text at all.
 */
export function shownText(text: string): string {
  let end = text.trimEnd().length;
  if (isHighSurrogate(text.charCodeAt(end - 1))) end--;
  return text.slice(0, end).trimEnd();
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
