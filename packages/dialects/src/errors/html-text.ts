const MAX_TEXT = 300;

/** What an HTML page says in its title, else in its first heading; empty when neither is there. Linear: only fixed strings are searched. */
export function readHtml(html: string): string {
  const lower = html.toLowerCase();
  for (const tag of ['title', 'h1', 'h2']) {
    const open = lower.indexOf(`<${tag}`);
    const start = open === -1 ? -1 : lower.indexOf('>', open);
    const end = start === -1 ? -1 : lower.indexOf(`</${tag}`, start);
    if (end === -1) continue;
    const text = withoutTags(html.slice(start + 1, Math.min(end, start + 1 + MAX_TEXT))).trim();
    if (text !== '') return text;
  }
  return '';
}

/** The text without anything in angle brackets; an unclosed bracket swallows the rest. */
export function withoutTags(text: string): string {
  let out = '';
  let from = 0;
  for (;;) {
    const open = text.indexOf('<', from);
    if (open === -1) return out + text.slice(from);
    out += `${text.slice(from, open)} `;
    const close = text.indexOf('>', open);
    if (close === -1) return out;
    from = close + 1;
  }
}
