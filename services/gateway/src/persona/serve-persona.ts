import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import type { Gateway } from '../gateway.ts';
import { admit } from '../ingress/admit.ts';
import type { Exchange } from '../ingress/exchange.ts';
import { openExchange } from '../ingress/open-exchange.ts';
import { type Received, type Refused, receive } from '../ingress/receive.ts';
import { NO_CLUSTER } from '../metrics/labels.ts';
import { NOTHING, type ServedBy } from '../respond/response-headers.ts';
import { sendRefusal } from '../respond/send-refusal.ts';
import { runExchange } from '../run-exchange.ts';
import type { ClientApi } from '../serve-client.ts';
import { captureResponse } from './captured-response.ts';
import { languageOf } from './language-of.ts';
import { modelRequest, modelText, PERSONA_DIALECT } from './model-call.ts';
import { openReply, type PersonaReply } from './persona-reply.ts';
import type { PersonaRuntime } from './personas.ts';
import { readMessage } from './read-message.ts';

/** How long the rest of a body that is not worth reading may take to arrive. */
const DISCARD_MS = 5000;
/** Bytes of a body without a message that tell its language. */
const SAMPLE_BYTES = 2000;

/** One request to a persona, from its first byte to its answer. */
interface Talk {
  readonly gateway: Gateway;
  readonly runtime: PersonaRuntime;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly reply: PersonaReply;
  readonly id: string;
  readonly startedMs: number;
}

/** In whose voice and language a canned text is said. */
interface Mood {
  readonly heard: string;
  readonly personality: unknown;
}

const NOTHING_HEARD: Mood = { heard: '', personality: null };

/**
 * One request of a persona chat (docs/persona-chat.md): status 200 and the same JSON whatever happens, but for a missing or wrong
 * client key. Never rejects.
 */
export async function servePersona(
  { gateway, identify, requestId }: ClientApi,
  request: IncomingMessage,
  response: ServerResponse,
  runtime: PersonaRuntime,
): Promise<void> {
  const offered = request.headers['x-request-id'];
  const id = requestId(typeof offered === 'string' ? offered : undefined);
  const reply = openReply(response, gateway.clientTimers);
  const talk: Talk = { gateway, runtime, request, response, reply, id, startedMs: gateway.now() };
  if (gateway.draining) response.shouldKeepAlive = false;
  try {
    const received = await receive(gateway, identify(), request);
    if (received.kind === 'received') await converse(talk, received);
    else if (received.kind === 'refused') await refuse(talk, received);
  } catch (error) {
    gateway.logger.error({ err: error, request_id: id }, 'persona request failed inside the gateway');
    sayCanned(talk, nobody(id), NOTHING_HEARD);
  } finally {
    reply.close();
  }
}

async function refuse(talk: Talk, refused: Refused): Promise<void> {
  const { request, response, id } = talk;
  if (refused.status === 401) {
    countRejected(talk);
    sendRefusal(request, response, PERSONA_DIALECT, id, refused);
    return;
  }
  await discardRest(request);
  if (!request.complete) response.shouldKeepAlive = false;
  sayRejected(talk, refused.headers, NOTHING_HEARD, refused.message);
}

async function converse(talk: Talk, received: Received): Promise<void> {
  const { gateway, runtime } = talk;
  const { persona } = runtime;
  const { limitHeaders } = received;
  const said = readMessage(received.body, persona.history);
  if (said.kind === 'none') {
    const heard = received.body.toString('utf8', 0, SAMPLE_BYTES);
    return sayRejected(talk, limitHeaders, { heard, personality: said.personality }, said.error);
  }
  const personality = runtime.personality(said.personality);
  const mood: Mood = { heard: said.message, personality };
  const body = modelRequest(persona, personality, said);
  const admitted = admit(gateway, { ...received, body }, PERSONA_DIALECT.name);
  if (admitted.kind === 'refused') return sayRejected(talk, limitHeaders, mood, admitted.message);

  const captured = captureResponse(talk.response);
  const exchange = openExchange(
    gateway,
    {
      request: talk.request,
      response: captured,
      dialect: PERSONA_DIALECT,
      id: talk.id,
      startedMs: talk.startedMs,
      canned: { status: 200, texts: textsFor(runtime, mood) },
    },
    admitted,
  );
  talk.reply.keepWarm(() => exchange.served);
  await runExchange(gateway, exchange);
  if (exchange.cancelled === 'client') return;
  const response = isAnswer(exchange) ? modelText(captured.body()) : null;
  if (response === null) return sayCanned(talk, { ...exchange.served, endpoint: 'none' }, mood);
  const fallback = exchange.outcome === 'canned';
  const model = fallback ? null : exchange.served.model;
  talk.reply.send(exchange.served, { response, fallback, model, request_id: talk.id });
}

/** What was captured is an answer, canned or not, and no error. */
const isAnswer = ({ outcome }: Exchange): boolean => outcome !== 'rejected' && outcome !== 'exhausted';

const textsFor = (runtime: PersonaRuntime, { heard, personality }: Mood): readonly string[] =>
  runtime.texts(languageOf(heard), runtime.personality(personality));

function sayRejected(talk: Talk, limitHeaders: readonly string[], mood: Mood, error: string): void {
  countRejected(talk);
  sayCanned(talk, nobody(talk.id, limitHeaders), mood, error);
}

function countRejected({ gateway }: Talk): void {
  gateway.metrics.forCluster(NO_CLUSTER).request('openai', 'rejected');
}

/** Says one of the persona's own texts. */
function sayCanned(
  { gateway, runtime, reply, id }: Talk,
  served: ServedBy,
  mood: Mood,
  error?: string,
): void {
  const texts = textsFor(runtime, mood);
  reply.send(
    { ...served, fallback: 'canned' },
    {
      response: texts[Math.floor(gateway.random() * texts.length)]!,
      fallback: true,
      model: null,
      request_id: id,
      ...(error === undefined ? {} : { error }),
    },
  );
}

const nobody = (requestId: string, limitHeaders: readonly string[] = []): ServedBy => ({
  requestId,
  cluster: 'none',
  endpoint: 'none',
  model: 'none',
  attempts: 0,
  fallback: 'canned',
  cache: 'off',
  dropped: NOTHING,
  limitHeaders,
});

/** Lets the client finish sending what nobody will read: a connection that ends with bytes under way may take the answer with it. */
async function discardRest(request: IncomingMessage): Promise<void> {
  if (request.complete) return;
  await finished(request.resume(), { signal: AbortSignal.timeout(DISCARD_MS) }).catch(() => {});
}
