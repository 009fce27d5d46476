/** What else people call the built-in personalities, in Russian, Japanese and English. Case, spaces and the kind of kana do not matter. */
const OTHER_NAMES = new Map<string, readonly string[]>(
  Object.entries({
    deredere: ['дередере', 'дэрэдэрэ', 'дере', 'でれでれ', 'affectionate', 'ласковая'],
    tsundere: ['цундере', 'цундэрэ', 'つんでれ', 'tsun', 'prickly', 'колючая'],
    kuudere: ['кудере', 'куудере', 'кудэрэ', 'くーでれ', 'くうでれ', 'kudere', 'cool', 'спокойная'],
    dandere: ['дандере', 'дандэрэ', 'だんでれ', 'shy', 'застенчивая'],
    yandere: ['яндере', 'яндэрэ', 'やんでれ', 'devoted', 'преданная'],
    genki: ['генки', 'гэнки', 'げんき', '元気', 'energetic', 'энергичная'],
  }),
);

/** Longer than any name; what a client sends may be anything. */
const MAX_NAME = 100;

/** Finds a persona's personality by any of its names; null when it has none of that name. */
export function personalityFinder(personalities: readonly string[]): (name: unknown) => string | null {
  const byName = new Map<string, string>();
  for (const name of personalities)
    for (const other of OTHER_NAMES.get(name) ?? []) byName.set(folded(other), name);
  for (const name of personalities) byName.set(folded(name), name);
  return (name) => (typeof name === 'string' ? (byName.get(folded(name)) ?? null) : null);
}

const folded = (name: string): string =>
  name
    .slice(0, MAX_NAME)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_-]+/g, '')
    .replaceAll('ё', 'е')
    // Katakana to hiragana: the two blocks run in parallel.
    .replace(/[ァ-ヶ]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) - 0x60));
