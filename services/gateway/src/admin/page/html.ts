import { visible } from '@holdfast/runtime/visible';

/** Markup that is safe to send as it is. */
export interface Html {
  readonly markup: string;
}

export type HtmlPart = Html | string | number | null | false | readonly HtmlPart[];

/** A template of markup: whatever is put in is escaped, unless it is markup itself. Null and false put in nothing. */
export function html(texts: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  return { markup: texts.reduce((before, text, index) => before + markupOf(parts[index - 1]!) + text) };
}

function markupOf(part: HtmlPart): string {
  if (part === null || part === false) return '';
  if (typeof part === 'string') return escaped(part);
  if (typeof part === 'number') return String(part);
  return 'markup' in part ? part.markup : part.map(markupOf).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For text and quoted attributes: a client may name a model so that a line would read as something else. */
const escaped = (text: string): string =>
  visible(text).replace(/[&<>"']/g, (character) => ENTITIES[character]!);
