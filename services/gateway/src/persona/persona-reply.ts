import type { ServerResponse } from 'node:http';
import type { ClientTimers } from '../respond/client-stream.ts';
import { endResponse } from '../respond/end-response.ts';
import { responseHeaders, type ServedBy } from '../respond/response-headers.ts';

/** What a persona answers, always with status 200. */
export interface PersonaAnswer {
  readonly response: string;
  /** Nothing a model said. */
  readonly fallback: boolean;
  readonly model: string | null;
  readonly request_id: string;
  /** What was wrong with the request. */
  readonly error?: string;
}

export interface PersonaReply {
  /** From now on silence is broken, so that nobody in between takes the wait for a failure. */
  keepWarm(served: () => ServedBy): void;
  send(served: ServedBy, answer: PersonaAnswer): void;
  /** Stops the timer. */
  close(): void;
}

const JSON_TYPE = 'application/json; charset=utf-8';
/** White space before a JSON document is part of no value (RFC 8259, section 2). */
const BLANK = '\n';

/**
 * The response of a persona. As its status is 200 whatever comes, the headers can go out before the answer is there: a
 * tunnel that gives up on silent responses (Cloudflare after 100 s) sees one that is under way.
 */
export function openReply(response: ServerResponse, { pingEveryMs, stallMs }: ClientTimers): PersonaReply {
  let timer: NodeJS.Timeout | undefined;
  return {
    keepWarm(served) {
      timer = setInterval(() => {
        if (response.destroyed) return;
        if (!response.headersSent)
          response.writeHead(200, responseHeaders({ ...served(), endpoint: 'pending' }, JSON_TYPE));
        response.write(BLANK);
      }, pingEveryMs);
    },
    send(served, answer) {
      clearInterval(timer);
      if (response.destroyed || response.writableEnded) return;
      const body = Buffer.from(JSON.stringify(answer));
      if (!response.headersSent)
        response.writeHead(200, responseHeaders(served, JSON_TYPE, 'content-length', String(body.length)));
      endResponse(response, body, stallMs);
    },
    close: () => clearInterval(timer),
  };
}
