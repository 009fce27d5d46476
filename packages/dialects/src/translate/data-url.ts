import type { Source } from './conversation.ts';

/** `data:image/png;base64,...` or a web address as a source; null for what is neither. */
export function readUrl(url: string): Source | null {
  if (/^https?:\/\//i.test(url)) return { kind: 'url', url };
  const [, mediaType, data] = /^data:([\w.+-]+\/[\w.+-]+)(?:;[\w.+=-]+)*?;base64,(.*)$/is.exec(url) ?? [];
  return mediaType === undefined || data === undefined
    ? null
    : { kind: 'base64', mediaType: mediaType.toLowerCase(), data };
}

export function writeUrl(source: Source): string {
  return source.kind === 'url' ? source.url : `data:${source.mediaType};base64,${source.data}`;
}
