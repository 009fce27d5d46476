import { isObject, type JsonObject } from '../../json.ts';
import type { CacheMark } from '../conversation.ts';

/** `cache_control`, as Anthropic has it and OpenRouter takes it on parts of chat. */
export function readCacheMark({ cache_control: mark }: JsonObject): { cache?: CacheMark } {
  if (!isObject(mark) || mark.type !== 'ephemeral') return {};
  const { type, ttl } = mark;
  return { cache: ttl === '5m' || ttl === '1h' ? { type, ttl } : { type } };
}
