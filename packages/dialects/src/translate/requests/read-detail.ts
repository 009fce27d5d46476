import type { ImageDetail } from '../conversation.ts';

const DETAILS: readonly unknown[] = ['auto', 'low', 'high', 'original'] satisfies ImageDetail[];

/** OpenAI's `detail` of an image; what is none is none. */
export function readDetail(value: unknown): { detail?: ImageDetail } {
  return DETAILS.includes(value) ? { detail: value as ImageDetail } : {};
}
