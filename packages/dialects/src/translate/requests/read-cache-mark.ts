import { isObject, type JsonObject } from '../../json.ts';
import type { CacheMark } from '../conversation.ts';

/** `cache_control`, as Anthropic has it and OpenRouter takes it on parts of chat. */
export function readCacheMark({ cache_control: mark }: JsonObject): { cache?: CacheMark } {
  return isObject(mark) ? { cache: mark } : {};
}
