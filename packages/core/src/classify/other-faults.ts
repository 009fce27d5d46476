/** A fault that is met elsewhere than in the verdict on an attempt: what happens, what the suite does, what the client gets (null: nothing of it). */
export interface OtherFault {
  readonly title: string;
  readonly behaviour: string;
  readonly clientStatus: number | null;
}

const fault = (title: string, behaviour: string, clientStatus: number | null = null): OtherFault => ({
  title,
  behaviour,
  clientStatus,
});

/** The N and P rows that no attempt fails by. */
export const HARMLESS = {
  N18: fault(
    'Extra response on an idle connection',
    'the connection is dropped, no request is answered from it',
  ),
  P23: fault('Empty content cut at the output limit', 'a valid answer, passed on', 200),
  P25: fault('Tool calls without content', 'a valid answer, passed on', 200),
  P29: fault('Retry-After on a success', 'ignored', 200),
  P30: fault('Usage missing or null', 'passed on; the count in the metrics is left out', 200),
  P32: fault('Malformed JSON in the arguments of a tool call', 'passed on', 200),
} as const;

/** What streams do. */
export const STREAM_FAULTS = {
  S01: fault('The first event is an error', 'classified like a refusal; the client sees nothing of it'),
  S02: fault(
    'An error event after content, even before a [DONE]',
    'an error event, no clean end, the connection is cut; on a route with resume the next candidate goes on instead',
    200,
  ),
  S03: fault(
    'The stream ends without its terminator',
    'after a finish reason a success whose end is added; else as S02',
    200,
  ),
  S04: fault('A terminator without a finish reason', 'a success; the finish reason is added', 200),
  S05: fault('Comments, pings, empty lines', 'forwarded as comments; never counted as content', 200),
  S06: fault('Characters or line ends split between packets', 'put together from bytes', 200),
  S07: fault('Any line ends, byte order mark, several data lines', 'read by the WHATWG rules', 200),
  S08: fault(
    'One line of the stream is longer than the limit',
    'another endpoint before content; as S02 after it',
    502,
  ),
  S09: fault(
    'Malformed events',
    'up to three are skipped and counted; more: another endpoint before content, as S02 after it',
    502,
  ),
  S10: fault('Chunks without choices', 'passed on; neither error nor content', 200),
  S11: fault(
    'A stream was asked for, JSON came',
    'an answer is retold as a stream, an error classified',
    200,
  ),
  S12: fault('JSON was asked for, a stream came', 'retold as one answer, else another endpoint', 200),
  S13: fault('Duplicate or unordered events', 'tolerated', 200),
  S14: fault('The output limit hits inside a tool call', 'passed on with its finish reason', 200),
  S15: fault('The client left', 'the upstream is aborted; nobody is penalised', 499),
  S16: fault(
    'The client reads slowly or not at all',
    'back-pressure; dropped when it stalls; nobody is penalised',
  ),
  S17: fault('The provider stalls after content', 'pings to the client, then as S02', 200),
  S18: fault(
    'The deadline over the whole request was reached',
    '504 before content; as S02 with code deadline after it',
    504,
  ),
} as const;

/** What clients do. */
export const CLIENT_FAULTS = {
  C01: fault('Contradicting or malformed framing', 'refused by the HTTP parser', 400),
  C02: fault('Two Host headers', 'refused; Host decides nothing', 400),
  C03: fault(
    'Absolute-form target, dot segments, encoded slashes',
    'refused; paths come from an exact table',
    400,
  ),
  C04: fault('Headers larger than 16 KiB', 'refused', 431),
  C05: fault('Body larger than the limit, or compressed', 'refused before it is read', 413),
  C06: fault('Malformed JSON', 'refused without echoing it', 400),
  C07: fault('No or a wrong content type', 'refused', 415),
  C08: fault('Duplicate keys', 'refused where they decide: what is authorised is what is sent', 400),
  C09: fault('Absurd nesting', 'refused', 400),
  C10: fault('__proto__ and constructor as keys', 'refused', 400),
  C11: fault('A charset other than UTF-8', 'refused', 415),
  C12: fault('Lone surrogates', 'refused', 400),
  C13: fault('Expect: 100-continue', 'authentication and length are checked first', 417),
  C14: fault('Headers or body sent too slowly', 'cut by time', 408),
  C15: fault('Line breaks in header values', 'never copied', 400),
  C16: fault('Hop-by-hop headers', 'not passed on'),
  C17: fault("The client's own credentials, base_url in the body", 'not passed on'),
  C18: fault('Absurd figures: n, max_tokens, tools, messages', 'refused', 400),
  C19: fault('The same Idempotency-Key twice', 'refused while the first is running', 409),
} as const;

/** One process and its stores. */
export const PROCESS_FAULTS = {
  I01: fault('Redis is down at the start', 'served from local state; ready but degraded'),
  I02: fault('Redis dies', 'short timeouts and a breaker; limits fall back to local ones'),
  I03: fault('Redis hangs', 'as I02: nothing on the request path waits for it'),
  I04: fault('Replicas see different states', 'the local view serves; on healing the longer penalty wins'),
  I05: fault('Redis lost its data', 'learned again; jobs are fenced in the database'),
  I06: fault(
    'A cancelled command shifts a connection',
    'the connection is destroyed; values are checked against their schema',
  ),
  I07: fault(
    'Clocks differ or jump',
    "monotonic durations; a provider's times are measured from its own Date and capped at 24 h",
  ),
  I08: fault('kill -9', 'leases and counters expire'),
  I09: fault('The gateway shuts down', 'not ready, then drained; what is left is ended as S02', 503),
  I10: fault('The database is full, locked or down', 'off the request path; posts are queued within bounds'),
  I11: fault('A job runs twice', 'unique per step, fenced leases'),
  I12: fault('A job that always fails', 'given up after its attempts; others go first'),
  I13: fault(
    'The configuration is invalid on reload',
    'the last good one stays; shown in readiness, log and metric',
  ),
  I14: fault('A pool is replaced while in use', 'closed when idle'),
  I15: fault(
    'Uncaught exceptions',
    'late socket errors are counted; bugs end the process after a drain',
    500,
  ),
  I16: fault('The event loop is blocked', 'requests are shed', 503),
  I17: fault('Connections or memory run out', 'new requests are refused', 503),
} as const;

/** The fleet. */
export const SYSTEMIC_FAULTS = {
  X01: fault('Probe storms', 'one leader probes, with jitter, and no metered day quota'),
  X02: fault('A herd when something comes back', 'one trial, then a ramp; jitter on every time'),
  X03: fault('Every endpoint is out', 'the least bad is tried once, then the fallback', 503),
  X04: fault('Every token is blocked', 'no attempt; the fallback or the earliest reset', 429),
  X05: fault('The fallback itself must not fail', 'canned answers are made locally', 503),
  X06: fault('Retries multiply', 'a budget of 20 %; x-should-retry: false on the last failure'),
  X07: fault('A timed-out request ran after all', 'accepted: it costs twice and changes nothing'),
  X08: fault('A queue of expired requests', 'bounded, and aware of deadlines', 503),
  X09: fault('Rate-limit headers that lie', 'the refusal counts, not the headers'),
  X10: fault('Another model answers than was asked for', 'told in the log; the answer passes as it is'),
  X11: fault('Replicas learn different states', 'shared with expiry; the newer local view wins'),
  X12: fault('A hedged attempt lost', 'aborted; nobody is penalised'),
} as const;
