import type { Answer, Conversation } from '../conversation.ts';
import { writeResponsesEvents } from '../streams/write-responses-events.ts';
import { answerEvents } from './answer-events.ts';

/** A whole answer as `POST /responses` has it: what its stream would have ended with. */
export function writeResponsesAnswer(answer: Answer, request: Conversation) {
  const writer = writeResponsesEvents(request);
  writer.start({ kind: 'start', ...answer });
  for (const event of answerEvents(answer)) writer.write(event);
  writer.end(answer);
  return writer.response(answer);
}
