import type { Answer } from '../behaviour.ts';
import type { Call } from '../call.ts';
import type { Operation } from '../request-target.ts';
import { chat } from './chat.ts';
import { completions } from './completions.ts';
import { type AnswerOperation, type DialectAnswer, wholeOnly } from './dialect-answer.ts';
import { messages } from './messages.ts';
import { model, models } from './models.ts';
import { ollamaChat, ollamaGenerate, ollamaTags } from './ollama.ts';
import { responses } from './responses.ts';
import { countTokens, embeddings, images, moderations, upload } from './vectors-and-media.ts';

const ANSWERS: Readonly<Record<Operation, AnswerOperation>> = {
  chat,
  completions,
  responses,
  messages,
  count_tokens: countTokens,
  embeddings,
  images,
  moderations,
  models,
  model,
  upload,
  ollama_chat: ollamaChat,
  ollama_generate: ollamaGenerate,
  ollama_tags: ollamaTags,
  unknown: () => wholeOnly({}),
};

/** What the operation answers when all is well, worded as the behaviour says. */
export function healthyAnswer(call: Call, answer: Answer): DialectAnswer {
  const operation = answer.as === 'ndjson' ? 'ollama_chat' : call.operation;
  return ANSWERS[operation](call, answer);
}
