/** Models that do not chat, by the names that providers give them. */
const NO_CHAT =
  /embed|whisper|tts|dall-e|image|moderation|rerank|transcri|audio|realtime|speech|video|sora|ocr|guard/i;

export function mayChat(model: string): boolean {
  return !NO_CHAT.test(model);
}

/**
 * Whether the model that answered is the one asked for, as far as names can tell: providers add a date, a prefix or a
 * variant (`openai/gpt-4o` is answered by `gpt-4o-2024-08-06`).
 */
export function isSameModel(asked: string, answered: string): boolean {
  const [a, b] = [bare(asked), bare(answered)];
  return a === b || a.startsWith(b) || b.startsWith(a) || a.endsWith(b) || b.endsWith(a);
}

const SUFFIX = /(?:-latest|-\d{4}-?\d{2}-?\d{2}|-\d{8}|-preview)+$/;

function bare(name: string): string {
  const own = (name.split('/').at(-1) ?? name).toLowerCase().replace(/:.*$/, '');
  return own.replace(SUFFIX, '').replace(/[^a-z0-9]/g, '');
}
