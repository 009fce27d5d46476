import type { Behaviour } from '@holdfast/simulator/behaviour';

/** What the catalogue demands of one provider's answer, for an endpoint with a key of its own. */
export interface ProviderDemand {
  readonly code: string;
  readonly name: string;
  readonly answer: Behaviour;
  /** `same`: once more on the same endpoint, then the next. `stop`: nobody else is asked. */
  readonly retry: 'next' | 'same' | 'stop';
  /** Who is out of rotation afterwards. */
  readonly penalty: 'endpoint' | 'model' | 'none';
  /** What the client gets when nothing else works. */
  readonly alone: {
    readonly status: number;
    readonly code?: string;
    /** Bounds of `retry-after` in seconds; absent: not demanded. */
    readonly retryAfter?: readonly [number, number];
  };
  /** Default: one whole answer and one stream. */
  readonly ways?: readonly ('chat' | 'chat stream' | 'messages' | 'messages stream')[];
}

export const allWays = ['chat', 'chat stream', 'messages', 'messages stream'] as const;
export const openaiWays = ['chat', 'chat stream'] as const;
/** What a client gets where the attempts agree on nothing better. */
export const failed = { status: 502, code: 'all_attempts_failed' } as const;

export const json = (status: number, body: object, headers: Record<string, string> = {}): Behaviour => ({
  status,
  body: body as Record<string, unknown>,
  headers,
});
