/**
 * The version in the name of a Claude model, 4.06 for `claude-opus-4-6`, also behind the prefixes of clouds. Null when the name
 * is not Claude's or tells no version.
 */
export function claudeVersion(model: string): number | null {
  const version = /claude-(?:[a-z]+-)?v?(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)/i.exec(model);
  return version === null ? null : Number(version[1]) + Number(version[2] ?? 0) / 100;
}

export function isClaude(model: string): boolean {
  return /claude-/i.test(model);
}

/** Claude 4.6 and everything after it answers 400 to a prefill (platform.claude.com, "What's new in Claude 4.6", prefill removal). */
export function refusesPrefill(model: string): boolean {
  return isClaude(model) && (claudeVersion(model) ?? Number.POSITIVE_INFINITY) >= 4.06;
}
