import { type JsonObject, parseObject } from '../json.ts';
import { frameEvents } from './frame-events.ts';

/** All JSON events of a whole stream in order; what is no JSON object (`[DONE]`, comments, broken events) is left out. */
export function readEvents(body: Buffer): JsonObject[] {
  const framer = frameEvents();
  framer.push(body);
  const events: JsonObject[] = [];
  while (framer.next() || framer.last()) {
    const event = framer.data === null ? null : parseObject(framer.data);
    if (event !== null) events.push(event);
  }
  return events;
}
