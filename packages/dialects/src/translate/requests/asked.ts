import type { Conversation } from '../conversation.ts';

/** What a request says by itself: everything but where and when it goes. */
export type Asked = Omit<Conversation, 'model' | 'askedAt'>;
