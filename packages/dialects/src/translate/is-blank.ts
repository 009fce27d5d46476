/** Nothing but white space: Anthropic's API refuses such texts. */
export function isBlank(text: string): boolean {
  return !/\S/.test(text);
}
