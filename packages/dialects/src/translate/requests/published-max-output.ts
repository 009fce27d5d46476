/**
 * What models that are asked often can write at most, in tokens, by the beginning of their name: they answer 400 to a higher cap
 * (platform.openai.com, "Models"; platform.claude.com, "Models overview"). The first that fits counts.
 */
const PUBLISHED: readonly (readonly [RegExp, number])[] = [
  [/^gpt-(?:3\.5|4-turbo|4o-2024-05-13)/, 4096],
  [/^(?:chat)?gpt-4o|^gpt-5[\d.]*-chat/, 16_384],
  [/^gpt-4\.1/, 32_768],
  [/^o[134](?!-mini)|^o[34]-mini/, 100_000],
  [/^gpt-5/, 128_000],
  [/^claude-3-(?:opus|sonnet|haiku)/, 4096],
  [/^claude-3-5/, 8192],
  [/^claude-opus-4(?:-0|-1|-2025)/, 32_000],
  [/^claude-(?:3-7|sonnet-4|(?:opus|haiku)-4-5)/, 64_000],
];

/** Null when it is not known. Also behind a vendor's prefix. */
export function publishedMaxOutput(model: string): number | null {
  const name = model.slice(model.lastIndexOf('/') + 1);
  return PUBLISHED.find(([begins]) => begins.test(name))?.[1] ?? null;
}
