export type Protocol = 'openai' | 'anthropic';

/** The wire formats of each protocol. */
export const DIALECTS = {
  openai: [
    'openai-chat',
    'openai-completions',
    'openai-responses',
    'openai-embeddings',
    'openai-images',
    'openai-moderations',
  ],
  anthropic: ['anthropic-messages', 'anthropic-count-tokens'],
} as const satisfies Record<Protocol, readonly string[]>;

export type DialectName = (typeof DIALECTS)[Protocol][number];

/** Which header carries a credential: as `Bearer` in `authorization`, or plain in one of the others. */
export type AuthHeader = 'authorization' | 'x-api-key' | 'api-key';
