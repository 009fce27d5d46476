import type { Reply } from './http-client.ts';

/** A chat request that carries its own name, so that its answer can be told from every other. */
export const chatRequest = (model: string, text: string, more: Record<string, unknown> = {}) => ({
  model,
  messages: [{ role: 'user', content: text }],
  ...more,
});

/** The text of a chat completion; null when it is none. */
export function chatText({ text }: Reply): string | null {
  try {
    const content = JSON.parse(text)?.choices?.[0]?.message?.content;
    return typeof content === 'string' ? content : null;
  } catch {
    return null;
  }
}

/** The name of the request with this number; no name is part of another. */
export const requestName = (n: number): string => `<request ${n}>`;

/** What is wrong with the answer to the n-th request, if a good answer of a simulated provider was due. */
export function judgeEcho(reply: Reply, n: number): string | null {
  if (reply.status !== 200) return `status ${reply.status}`;
  if (reply.broken !== null) return `broken: ${reply.broken}`;
  const text = chatText(reply);
  if (text === null) return 'no chat completion';
  const names = text.match(/<request \d+>/g) ?? [];
  if (names.length !== 1 || names[0] !== requestName(n)) return 'the answer to another request';
  return null;
}
