/** A block of Messages with what the model thought. */
export function isThought({ type }: { readonly type?: unknown }): boolean {
  return type === 'thinking' || type === 'redacted_thinking';
}
