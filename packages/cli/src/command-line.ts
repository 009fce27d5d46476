import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { nearestName } from '@holdfast/config/nearest-name';
import { UsageError } from './usage-error.ts';

/** What every verb takes. */
const COMMON = {
  config: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const satisfies ParseArgsOptionsConfig;

/** A verb's arguments: its own options and those of all. What does not fit is a UsageError. */
export function readCommandLine<const O extends ParseArgsOptionsConfig>(args: readonly string[], own: O) {
  try {
    return parseArgs({ args: [...args], options: { ...COMMON, ...own }, allowPositionals: true });
  } catch (error) {
    // Node adds a hint on how to write positionals after its first sentence.
    const message = (error as Error).message.replace(/\. To specify .*$/s, '');
    const unknown = /^Unknown option '(--?[^']*)'/.exec(message)?.[1];
    const options = Object.keys({ ...COMMON, ...own }).map((name) => `--${name}`);
    throw new UsageError(message + (unknown === undefined ? '' : didYouMean(unknown, options)));
  }
}

/** At most `count` words; more of them are a mistake. */
export function atMost(count: number, words: readonly string[]): void {
  if (words.length > count) throw new UsageError(`'${words[count]}' is one word too many`);
}

/** One of the words a verb knows. */
export function oneOf<const T extends string>(known: readonly T[], word: string, what: string): T {
  const found = known.find((candidate) => candidate === word);
  if (found === undefined)
    throw new UsageError(
      `${what} '${word}' is not known${didYouMean(word, known)}; there is: ${known.join(', ')}`,
    );
  return found;
}

/** ` (did you mean 'status'?)` */
export const didYouMean = (word: string, candidates: readonly string[]): string =>
  ` (did you mean '${nearestName(word, candidates)}'?)`;
