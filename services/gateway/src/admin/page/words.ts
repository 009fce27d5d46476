import { duration } from '@holdfast/runtime/duration';
import { type Html, type HtmlPart, html } from './html.ts';

/** How a word is marked, beside what it says: by shape and colour. */
export type Tone = 'good' | 'warn' | 'bad' | 'quiet';

/** A word for a state with its mark. */
export const marked = (tone: Tone, word: string): Html => html`<span class="mark ${tone}">${word}</span>`;

export const quiet = (text: string): Html => html`<span class="soft">${text}</span>`;

/** What a cell adds in small, on a line of its own. */
export const below = (...parts: readonly HtmlPart[]): Html => html`<span class="below">${parts}</span>`;

export const nothing: Html = html`<span class="soft" aria-label="none">–</span>`;

/** `12 s ago`, with the moment itself for machines and on hover. */
export const ago = (at: string, now: string): Html => {
  const ms = between(at, now);
  return moment(at, ms < 1000 ? 'just now' : `${roughly(ms)} ago`);
};

/** `for 4 min 2 s`. */
export const since = (from: string, now: string): Html => moment(from, `for ${roughly(between(from, now))}`);

/** `for another 25 s`. */
export const stillFor = (until: string, now: string): Html =>
  moment(until, `for another ${roughly(between(now, until))}`);

/** `13:05:07`, as the log has it: UTC. */
export const clock = (at: string): Html => moment(at, at.slice(11, 19));

export const took = (ms: number | null): Html => (ms === null ? nothing : html`${duration(ms)}`);

const moment = (at: string, words: string): Html =>
  html`<time datetime="${at}" title="${at}">${words}</time>`;

const between = (from: string, to: string): number => Date.parse(to) - Date.parse(from);

const roughly = (ms: number): string =>
  ms < 60_000 ? `${Math.max(0, Math.round(ms / 1000))} s` : duration(ms);
