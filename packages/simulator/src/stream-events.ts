import type { StreamParts } from './answers/dialect-answer.ts';
import type { Answer, Cut } from './behaviour.ts';
import { isRecord } from './json.ts';

/** How the body of a stream ends. */
export type StreamEnd = 'complete' | 'fin' | 'rst' | 'stall';

export interface StreamEvents {
  readonly contentType: string;
  readonly events: readonly string[];
  readonly end: StreamEnd;
}

/** The events of one stream as they go out: the dialect's or the behaviour's own, cut where it says, pings in between. */
export function streamEvents(parts: StreamParts, answer: Answer): StreamEvents {
  const { events, end } = cutStream(answer.events ? ownParts(answer.events, parts) : parts, answer);
  const spoken = withPings(events, parts.ping, answer);
  return { contentType: parts.contentType, events: spoken.map((event) => spell(event, answer)), end };
}

function ownParts(events: NonNullable<Answer['events']>, parts: StreamParts): StreamParts {
  const content = events.map((event) => {
    if (typeof event === 'string') return /\n\n$|\r\r$|\r\n\r\n$/.test(event) ? event : `${event}\n\n`;
    const name = isRecord(event) && typeof event.type === 'string' ? `event: ${event.type}\n` : '';
    return `${name}data: ${JSON.stringify(event)}\n\n`;
  });
  return { ...parts, content, finish: [], done: [] };
}

function cutStream(
  { content, finish, done, error, errorInChoice }: StreamParts,
  { cut, cutAfterEvents }: Answer,
) {
  const all = [...content, ...finish, ...done];
  if (cut === undefined && cutAfterEvents === undefined) return { events: all, end: 'complete' as const };
  const kept = all.slice(0, cutAfterEvents ?? content.length);
  const finished = [...content, ...finish];
  const ways: Record<Cut, { events: readonly string[]; end: StreamEnd }> = {
    fin: { events: kept, end: 'fin' },
    rst: { events: kept, end: 'rst' },
    stall: { events: kept, end: 'stall' },
    error_event: { events: [...kept, error], end: 'complete' },
    error_event_then_done: { events: [...kept, error, ...done], end: 'complete' },
    error_in_choice: { events: [...kept, errorInChoice], end: 'complete' },
    done_without_finish: { events: [...content.slice(0, cutAfterEvents), ...done], end: 'complete' },
    eof_without_done: { events: kept, end: 'complete' },
    finish_without_done: { events: finished, end: 'complete' },
    finish_then_fin: { events: finished, end: 'fin' },
    finish_then_rst: { events: finished, end: 'rst' },
  };
  return ways[cut ?? 'fin'];
}

function withPings(events: readonly string[], dialectPing: string, { pings }: Answer): readonly string[] {
  if (!pings) return events;
  const { before = 0, every = 0, comment } = pings;
  const ping = comment === undefined ? dialectPing : `: ${comment}\n\n`;
  return [
    ...Array.from({ length: before }, () => ping),
    ...events.flatMap((event, index) =>
      every > 0 && index > 0 && index % every === 0 ? [ping, event] : [event],
    ),
  ];
}

function spell(event: string, { lineEnd = 'lf' }: Answer): string {
  if (lineEnd === 'lf') return event;
  return event.replaceAll('\n', lineEnd === 'crlf' ? '\r\n' : '\r');
}
