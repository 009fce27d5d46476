import * as anthropicMessagesAnswers from './answers/anthropic-messages.ts';
import * as countTokensAnswers from './answers/count-tokens.ts';
import * as chatAnswers from './answers/openai-chat.ts';
import * as completionsAnswers from './answers/openai-completions.ts';
import * as embeddingsAnswers from './answers/openai-embeddings.ts';
import * as imagesAnswers from './answers/openai-images.ts';
import * as moderationsAnswers from './answers/openai-moderations.ts';
import * as responsesAnswers from './answers/openai-responses.ts';
import type { Dialect, DialectName } from './dialect.ts';
import * as anthropicErrors from './render/anthropic-error.ts';
import * as anthropicMessages from './render/anthropic-messages.ts';
import * as chat from './render/openai-chat.ts';
import * as completions from './render/openai-completions.ts';
import * as openaiErrors from './render/openai-error.ts';
import * as responses from './render/openai-responses.ts';
import * as anthropicMessagesStreams from './streams/anthropic-messages.ts';
import * as chatStreams from './streams/openai-chat.ts';
import * as completionsStreams from './streams/openai-completions.ts';
import * as responsesStreams from './streams/openai-responses.ts';

type Render = Pick<Dialect, 'cannedBody' | 'cannedStream' | 'answerToStream' | 'streamToAnswer'>;

const openai = {
  protocol: 'openai',
  errorBody: openaiErrors.errorBody,
  errorEvent: openaiErrors.errorEvent,
} as const;
const anthropic = {
  protocol: 'anthropic',
  errorBody: anthropicErrors.errorBody,
  errorEvent: anthropicErrors.errorEvent,
} as const;

/** A dialect that talks: it streams, and has an honest canned answer. */
function conversation(
  render: Render,
  { openStream, openMeteredStream = null }: Pick<Dialect, 'openStream'> & Partial<Dialect>,
) {
  const { cannedBody, cannedStream, answerToStream, streamToAnswer } = render;
  return {
    conversational: true,
    openStream,
    openMeteredStream,
    cannedBody,
    cannedStream,
    answerToStream,
    streamToAnswer,
  } as const;
}

const plain = {
  conversational: false,
  openStream: unavailable,
  openMeteredStream: null,
  cannedBody: unavailable,
  cannedStream: unavailable,
  answerToStream: unavailable,
  streamToAnswer: () => null,
} as const;

function unavailable(): never {
  throw new Error('Only conversational dialects have streams and canned answers');
}

/** Every wire format the gateway speaks. */
export const dialects: Readonly<Record<DialectName, Dialect>> = {
  'openai-chat': {
    ...openai,
    ...conversation(chat, chatStreams),
    name: 'openai-chat',
    upstreamPath: '/chat/completions',
    readAnswer: chatAnswers.readAnswer,
  },
  'openai-completions': {
    ...openai,
    ...conversation(completions, completionsStreams),
    name: 'openai-completions',
    upstreamPath: '/completions',
    readAnswer: completionsAnswers.readAnswer,
  },
  'openai-responses': {
    ...openai,
    ...conversation(responses, responsesStreams),
    name: 'openai-responses',
    upstreamPath: '/responses',
    readAnswer: responsesAnswers.readAnswer,
    errorEvent: openaiErrors.responsesErrorEvent,
  },
  'openai-embeddings': {
    ...openai,
    ...plain,
    name: 'openai-embeddings',
    upstreamPath: '/embeddings',
    readAnswer: embeddingsAnswers.readAnswer,
  },
  'openai-images': {
    ...openai,
    ...plain,
    name: 'openai-images',
    upstreamPath: '/images/generations',
    readAnswer: imagesAnswers.readAnswer,
  },
  'openai-moderations': {
    ...openai,
    ...plain,
    name: 'openai-moderations',
    upstreamPath: '/moderations',
    readAnswer: moderationsAnswers.readAnswer,
  },
  'anthropic-messages': {
    ...anthropic,
    ...conversation(anthropicMessages, anthropicMessagesStreams),
    name: 'anthropic-messages',
    upstreamPath: '/v1/messages',
    readAnswer: anthropicMessagesAnswers.readAnswer,
  },
  'anthropic-count-tokens': {
    ...anthropic,
    ...plain,
    name: 'anthropic-count-tokens',
    upstreamPath: '/v1/messages/count_tokens',
    readAnswer: countTokensAnswers.readAnswer,
  },
};
