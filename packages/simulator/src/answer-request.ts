import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from './behaviour.ts';
import type { Behaviours } from './behaviours.ts';
import { type Call, protocolOf, readJson, readModel, readToken } from './call.ts';
import { expandFault } from './faults/faults.ts';
import { planReply } from './plan-reply.ts';
import { playReply } from './play-reply.ts';
import type { RateCounters } from './rate-limits.ts';
import { readBody } from './read-body.ts';
import type { Recorder } from './recorder.ts';
import { readTarget } from './request-target.ts';

export interface Provider {
  readonly behaviours: Behaviours;
  readonly rates: RateCounters;
  readonly recorder: Recorder;
  random(): number;
  nextSequence(): number;
  socketIdOf(socket: object): number;
}

const NO_BODY = Buffer.alloc(0);

/** Answers one request as the upstream it names is told to. Rejects only if the behaviour cannot be sent. */
export async function answerRequest(
  provider: Provider,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const { behaviours, recorder, random } = provider;
  const { method = 'GET', url = '/', headers, socket } = req;
  const target = readTarget(method, url);
  const exchange = recorder.open(target.upstream, provider.socketIdOf(socket));
  let release: (() => void) | undefined;
  res.once('close', () => {
    release?.();
    exchange.closed(res.writableFinished);
  });

  const token = readToken(headers);
  const sequence = provider.nextSequence();
  const early = behaviours.takeUnread({ ...target, token }, random);
  const cut = early?.reset === 'on_accept' || early?.close === 'on_accept';
  const body = cut ? NO_BODY : await readBody(req);
  const json = readJson(body);
  const call: Call = {
    ...target,
    headers,
    body,
    json,
    model: readModel(json),
    token,
    stream: json?.stream === true,
    sequence,
  };
  exchange.received(call, method);
  if (res.closed) return;

  let answer = expand(early ?? behaviours.take(call, random), call);
  if (answer.rate) {
    const admission = provider.rates.admit(call, answer.rate);
    if (admission.admitted) {
      release = admission.release;
      answer = { ...answer, headers: { ...admission.headers, ...answer.headers } };
    } else {
      answer = admission.answer;
    }
  }
  await playReply(planReply(call, answer, random), res, exchange);
}

function expand(answer: Answer, call: Call): Answer {
  return expandFault(answer, { protocol: protocolOf(call), stream: call.stream, model: call.model });
}
