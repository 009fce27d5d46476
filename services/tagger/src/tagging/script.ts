/** Writing systems that are told apart; Japanese mixes three of them, so East Asian ones without Hangul are one. */
const SCRIPTS = {
  latin: /\p{Script=Latin}/gu,
  cyrillic: /\p{Script=Cyrillic}/gu,
  greek: /\p{Script=Greek}/gu,
  hebrew: /\p{Script=Hebrew}/gu,
  arabic: /\p{Script=Arabic}/gu,
  devanagari: /\p{Script=Devanagari}/gu,
  thai: /\p{Script=Thai}/gu,
  hangul: /\p{Script=Hangul}/gu,
  eastAsian: /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu,
} as const;

export type Script = keyof typeof SCRIPTS;

/** Enough to judge by; posts can be long. */
const SAMPLE = 2000;
/** Fewer letters than this say nothing about a language. */
const MIN_LETTERS = 20;
const DOMINANT_SHARE = 0.6;

const lettersOf = (script: Script, text: string): number => text.match(SCRIPTS[script])?.length ?? 0;

/** The script most of a text is written in; null when it is short or mixed. */
export function dominantScript(text: string): Script | null {
  const sample = text.slice(0, SAMPLE);
  const counts = (Object.keys(SCRIPTS) as Script[]).map((script) => ({
    script,
    letters: lettersOf(script, sample),
  }));
  const all = counts.reduce((sum, { letters }) => sum + letters, 0);
  const dominant = counts.find(({ letters }) => letters >= all * DOMINANT_SHARE);
  return all >= MIN_LETTERS && dominant ? dominant.script : null;
}

/** Whether any of the tags uses the script. Names and terms are often foreign, so one is enough. */
export const usesScript = (script: Script, tags: readonly string[]): boolean =>
  tags.some((tag) => lettersOf(script, tag) > 0);
