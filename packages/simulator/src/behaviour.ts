/**
 * How an upstream behaves. Every field is optional and they compose: `{}` is a healthy provider, `{ latencyMs: 200,
 * fault: 'openai_429' }` a slow refusal. The same shape is used in tests, over the control API (JSON) and in scenario
 * files (YAML). Times are milliseconds, sizes bytes.
 */
export interface Behaviour extends Answer {
  /** Requests it serves before it is used up. Default: 1, and for the last of a list (or a single one) for ever. */
  readonly times?: number;
  /** Requests it is for; `*` in a string matches anything. A request that does not fit looks further down the list, then gets a healthy answer. */
  readonly match?: Match;
  /** Chance between 0 and 1 that it applies (drawn from the seeded generator); else the answer is healthy. */
  readonly probability?: number;
  /** One of these, drawn evenly, on top of the other fields. */
  readonly oneOf?: readonly Answer[];
  /** Instead of all that for requests with this credential (`Authorization: Bearer`, `x-api-key` or `api-key`). */
  readonly tokens?: Readonly<Record<string, Answer>>;
}

/** What a request gets. */
export interface Answer {
  /** A known fault by name; the other fields override what it says. */
  readonly fault?: FaultName;
  /** Limits counted per credential, refused as the provider refuses. */
  readonly rate?: RateLimits;

  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Exact body: text, an object (sent as JSON), or bytes. Without it the answer is the dialect's healthy one, or its error for a status >= 400. */
  readonly body?: Body;
  /** Exact bytes of the whole response, status line included, written to the socket; `close` says what follows (default `after`). */
  readonly raw?: Body;
  /** What the model says, instead of the echo. */
  readonly text?: string;
  /** The text is repeated or cut to this many characters. */
  readonly textLength?: number;
  /** Reasoning before the text. */
  readonly reasoning?: string;
  /** Calls a tool: the named one, or (true) the first of the request. Default: only if `tool_choice` demands it. */
  readonly toolCall?:
    | boolean
    | { readonly name: string; readonly arguments?: Readonly<Record<string, unknown>> };
  /** The dialect's own word (`length`, `content_filter`, `max_tokens`, ...). */
  readonly finishReason?: string;
  /** false leaves the usage out. */
  readonly usage?: boolean;
  /** What `GET /models` lists; a request for another model gets the provider's 404. Default: a list of well-known names, and every name is served. */
  readonly models?: readonly string[];
  /** Delivery against the request's `stream` flag: JSON although a stream was asked for, SSE or Ollama's NDJSON although not. */
  readonly as?: 'json' | 'sse' | 'ndjson';

  // --- streams
  /** Exact events: text as it stands (a blank line is added if it has none), or an object (sent as `data: <JSON>`). No terminator is added. */
  readonly events?: readonly (string | Readonly<Record<string, unknown>>)[];
  /** Content events. Default: one per word. */
  readonly eventCount?: number;
  /** Characters of content per event. */
  readonly eventBytes?: number;
  /** Pause before each event after the first. */
  readonly chunkDelayMs?: number;
  /** A comment (Anthropic: `event: ping`) before the content, and before every n-th event. */
  readonly pings?: { readonly before?: number; readonly every?: number; readonly comment?: string };
  /** Breaks the stream after this many events (comments and pings not counted). Default: after the content, before the finish. */
  readonly cutAfterEvents?: number;
  readonly cut?: Cut;
  readonly lineEnd?: 'lf' | 'crlf' | 'cr';
  readonly bom?: boolean;

  // --- bytes and time
  /** Before the response headers; a pair is drawn evenly between the two. */
  readonly latencyMs?: number | readonly [number, number];
  /** Between the headers and the first byte of the body. */
  readonly firstByteMs?: number;
  /** The body in pieces of this size with this pause between them. */
  readonly drip?: { readonly bytes: number; readonly everyMs: number };
  /** Body offsets at which a new write begins; `every` n bytes. */
  readonly splitAt?: readonly number[] | { readonly every: number };
  /** Whitespace before the body, as OpenRouter keeps a connection alive while it waits. */
  readonly padding?: { readonly times: number; readonly everyMs?: number };
  /** Body delimited by its length (default), by chunks (streams), or by the end of the connection (HTTP/1.0 style). */
  readonly framing?: 'content-length' | 'chunked' | 'close';
  /** Added to the announced content-length: positive promises more than is sent, negative less. */
  readonly contentLengthDelta?: number;
  /** The body is followed by itself without end. */
  readonly endless?: boolean;
  /** Compresses the body although nobody asked; `truncated` leaves off the second half of the compressed bytes. */
  readonly encoding?: 'gzip' | 'br' | 'gzip_truncated';
  /** Silence until the caller leaves. */
  readonly stall?: 'before_headers' | 'after_headers' | 'mid_body';
  /** TCP reset. `on_accept`: as soon as the request line names the upstream, the body unread. */
  readonly reset?: 'on_accept' | 'before_headers' | 'mid_body';
  /** FIN. `after`: announced by `connection: close`. `after_keep_alive`: unannounced, right after a complete answer. `never`: for `raw`, the connection stays open. */
  readonly close?: 'on_accept' | 'before_headers' | 'mid_body' | 'after' | 'after_keep_alive' | 'never';
}

export interface Match {
  readonly model?: string;
  readonly token?: string;
  /** Below the upstream's name, for example `/v1/chat/completions`. */
  readonly path?: string;
  readonly stream?: boolean;
}

export type Body =
  | string
  | { readonly base64: string }
  | Readonly<Record<string, unknown>>
  | readonly unknown[];

/**
 * How a stream breaks after `cutAfterEvents`:
 * - `fin`, `rst`: the connection ends without the chunk terminator; `stall`: silence until the caller leaves
 * - `error_event`: the dialect's error event, then a clean end; `error_event_then_done`: and the terminator; `error_in_choice`: inside `choices[0]`
 * - `done_without_finish`: the terminator, but no finish reason; `eof_without_done`: clean end, neither
 * - `finish_without_done`, `finish_then_fin`, `finish_then_rst`: the finish reason was sent, the terminator was not
 */
export type Cut =
  | 'fin'
  | 'rst'
  | 'stall'
  | 'error_event'
  | 'error_event_then_done'
  | 'error_in_choice'
  | 'done_without_finish'
  | 'eof_without_done'
  | 'finish_without_done'
  | 'finish_then_fin'
  | 'finish_then_rst';

export interface RateLimits {
  readonly perMinute?: number;
  readonly perDay?: number;
  readonly concurrency?: number;
  /** Whose refusal is sent. Default: `anthropic` on /messages, else `openai`. */
  readonly style?: 'openai' | 'anthropic' | 'github' | 'openrouter';
  /** Credential -> account: credentials of one account share its limits. Default: each its own. */
  readonly accounts?: Readonly<Record<string, string>>;
  /** Counted per model too. Default: for `github` only. */
  readonly perModel?: boolean;
  /** Length of a "minute" and a "day", shorter than real ones where recovery is to be seen. */
  readonly minuteMs?: number;
  readonly dayMs?: number;
}

/** What real providers answer when they fail; `faults/` has the bytes. */
export type FaultName =
  // 200 that is none
  | 'error_in_200'
  | 'error_429_in_200'
  | 'empty'
  | 'empty_choices'
  | 'null_choices'
  | 'no_message'
  | 'empty_content'
  | 'network_error_finish'
  | 'error_finish'
  | 'reasoning_only'
  | 'garbage'
  | 'html'
  | 'truncated_json'
  // 200 that only looks wrong
  | 'length_empty'
  | 'content_filter'
  | 'refusal'
  | 'retry_after_on_200'
  // the request's fault
  | 'bad_request'
  | 'context_length'
  | 'too_large'
  | 'schema_422'
  // the model's
  | 'tool_use_failed'
  | 'degraded_function'
  | 'model_not_found'
  | 'model_not_found_400'
  | 'ollama_model_404'
  | 'plan_403'
  | 'bare_401'
  // the credential's
  | 'invalid_key'
  | 'google_invalid_key'
  | 'anthropic_401'
  | 'openrouter_402'
  | 'hf_402'
  | 'insufficient_quota'
  // limits
  | 'openai_429'
  | 'openai_429_prose'
  | 'request_too_large_429'
  | 'anthropic_429'
  | 'google_429'
  | 'openrouter_429'
  | 'openrouter_day_quota'
  | 'github_minute_quota'
  | 'github_day_quota'
  | 'github_concurrent'
  | 'cerebras_queue'
  | 'nvidia_429'
  // the endpoint's
  | 'openai_500'
  | 'server_503'
  | 'anthropic_529'
  | 'nginx_502'
  | 'nginx_504'
  | 'cloudflare_502'
  | 'cloudflare_524'
  | 'edge_502_json'
  | 'plain_502'
  | 'redirect_302';
