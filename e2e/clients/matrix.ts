/** What one upstream makes of a client's features. */
export type Protocol = 'openai' | 'anthropic';

/** Where a client is pointed at, and nothing else about it. */
export interface Gateway {
  /** `http://127.0.0.1:4000`: base URL of Anthropic clients; OpenAI clients append `/v1`. */
  readonly url: string;
  readonly key: string;
}

export interface Feature {
  readonly name: string;
  /** Uses it as the client's documentation shows; rejects when the answer is not what a user expects. */
  run(gateway: Gateway): Promise<void>;
  /** Protocols of upstreams that cannot give it, with the reason (docs/gateway/translation.md); there `run` must be refused. */
  readonly limits?: Partial<Record<Protocol, string>>;
  /** Who was asked does not matter: the gateway answers by itself, or passes it on once. */
  readonly local?: true;
}

export interface Client {
  readonly name: string;
  readonly features: readonly Feature[];
}

/** One column of the matrix: which upstreams the gateway has. */
export interface Upstreams {
  readonly name: string;
  /** The protocol of the upstream that answers in the end. */
  readonly answers: Protocol;
  /** Upstreams that fail first; they must have been asked. */
  readonly failing: Protocol | null;
}

export const UPSTREAMS: readonly Upstreams[] = [
  { name: 'openai', answers: 'openai', failing: null },
  { name: 'anthropic', answers: 'anthropic', failing: null },
  { name: 'openai fails, anthropic answers', answers: 'anthropic', failing: 'openai' },
  { name: 'anthropic fails, openai answers', answers: 'openai', failing: 'anthropic' },
];

export type Cell =
  | { readonly kind: 'pass' }
  | { readonly kind: 'limit'; readonly reason: string }
  | { readonly kind: 'fail'; readonly error: string };
