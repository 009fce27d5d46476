import { durationMsAt } from './duration.ts';

const MAX_TEXT = 4000;
/** What providers write before a waiting time: "Please try again in 3.89s", "Please wait 5631 seconds", "retry after 20 seconds". */
const LEAD =
  /\b(?:try again|retry|retrying|wait|resets?|available)(?: again)?(?: in| after| for)?(?: about| approximately)?:? (?=\d)/g;

/** The delay in ms that a provider's sentence asks for, or null. Linear in the text's first 4 000 characters. */
export function proseDelayMs(message: string): number | null {
  const text = message.slice(0, MAX_TEXT).toLowerCase();
  for (const lead of text.matchAll(LEAD)) {
    const ms = durationMsAt(text, lead.index + lead[0].length);
    if (ms !== null) return ms;
  }
  return null;
}
