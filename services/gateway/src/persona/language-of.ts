export type Language = 'en' | 'ru' | 'ja';

/** A language shows in its first sentences. */
const SAMPLE = 2000;

/** The language of a message by its script: Cyrillic is Russian, kana and Han are Japanese, everything else English. */
export function languageOf(message: string): Language {
  const sample = message.slice(0, SAMPLE);
  const cyrillic = count(sample, /\p{Script=Cyrillic}/gu);
  const japanese = count(sample, /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/gu);
  if (cyrillic + japanese === 0) return 'en';
  return cyrillic > japanese ? 'ru' : 'ja';
}

const count = (text: string, letters: RegExp): number => text.match(letters)?.length ?? 0;
