import type { Verdict } from '@holdfast/core/verdict';
import { canContinue } from '@holdfast/dialects/resume/can-continue';
import { continuationBody } from '@holdfast/dialects/resume/continuation-body';
import { type ContinuationStyle, knownStyle } from '@holdfast/dialects/resume/continuation-style';
import { type Continuation, continueStream } from '@holdfast/dialects/resume/continue-stream';
import { shownText } from '@holdfast/dialects/resume/shown-text';
import type { Spoken } from '@holdfast/dialects/resume/spoken';
import { openTranscript, type Transcript } from '@holdfast/dialects/resume/transcript';
import type { Gateway } from '../gateway.ts';
import type { Exchange } from '../ingress/exchange.ts';
import type { ClientStream } from '../respond/client-stream.ts';
import type { EndpointRuntime } from '../states/endpoint-runtime.ts';
import type { StreamGate } from './attempt.ts';
import type { Made } from './make-attempt.ts';

/** A stream on a route with `resume`: what its client has been told, and who goes on with it. */
export interface Resume {
  /** The client's stream; what goes out is noted. */
  readonly gate: StreamGate;
  readonly transcript: Transcript;
  /** What the next attempt goes on from; null as long as no stream has broken off. */
  spoken: Spoken | null;
  /** How the latest attempt goes on, and is told. */
  style: ContinuationStyle | null;
  continuation: Continuation | null;
  /** Endpoints that did not take the text for their own, and are told in words. */
  readonly byInstruction: Set<EndpointRuntime>;
  /** How often somebody went on. */
  count: number;
}

/** Null where a stream cannot be resumed anyway. */
export function openResume({ dialect, facts, stream }: Exchange): Resume | null {
  if (stream === null || facts.hasTools || facts.structured) return null;
  const transcript = openTranscript(dialect.name);
  if (transcript === null) return null;
  return {
    gate: noting(stream, transcript),
    transcript,
    spoken: null,
    style: null,
    continuation: null,
    byInstruction: new Set(),
    count: 0,
  };
}

function noting(stream: ClientStream, transcript: Transcript): StreamGate {
  const write = (bytes: Buffer): boolean => {
    if (bytes.length === 0) return true; // all of it is held back
    transcript.note(bytes);
    return stream.write(bytes);
  };
  return {
    write,
    commit(held) {
      if (stream.zone === 'content') {
        write(held);
      } else {
        transcript.note(held);
        stream.commit(held);
      }
    },
    onDrain: (resume) => stream.onDrain(resume),
  };
}

/** After content: whether another attempt may go on with the client's stream. It then may until the stream's own time is up. */
export function takeUp(exchange: Exchange, gateway: Gateway, { report, route }: Made): boolean {
  const { resume, options, body } = exchange;
  if (!resume || (resume.spoken === null && !canContinue(body))) return false;
  const spoken = resume.transcript.spoken();
  if (spoken === null) return false;
  if (resume.spoken === null && options.timeoutMs === null)
    exchange.deadlineMs = gateway.now() - report.durationMs + route.route.timeouts.totalMs;
  resume.spoken = spoken;
  return true;
}

/** What an attempt to go on sends, and how its answer is told; null as long as there is nothing to go on with. */
export function continuationAt(
  exchange: Exchange,
  gateway: Gateway,
  runtime: EndpointRuntime,
  model: string,
): { readonly body: Buffer; readonly continuation: Continuation } | null {
  const { resume, dialect, body, id, trail } = exchange;
  if (!resume?.spoken) return null;
  const { endpoint } = runtime;
  const { spoken } = resume;
  const style = styleAt(resume, runtime, model);
  resume.style = style;
  const announce = (): string => {
    resume.count++;
    const afterChars = spoken.text.length;
    gateway.logger.info(
      { request_id: id, endpoint: endpoint.id, after_chars: afterChars, attempts: trail.length + 1, style },
      'stream resumed',
    );
    return `: holdfast resumed endpoint=${endpoint.name} after=${afterChars} chars\n\n`;
  };
  resume.continuation = continueStream({ dialect: dialect.name, spoken, style, announce });
  return {
    body: continuationBody(body, { model, text: shownText(spoken.text), style }),
    continuation: resume.continuation,
  };
}

function styleAt(resume: Resume, runtime: EndpointRuntime, model: string): ContinuationStyle {
  const { protocol, baseUrl, continuation } = runtime.endpoint;
  if (resume.byInstruction.has(runtime)) return 'instruction';
  return continuation === 'auto' ? knownStyle(protocol, baseUrl, model) : continuation;
}

/**
 * The verdict on an attempt, as far as it decides on the next one. A refusal to go on may be one of the way it was asked for,
 * which is not the client's fault: the same endpoint is asked once more, in words.
 */
export function verdictOnContinuing({ resume }: Exchange, made: Made, verdict: Verdict): Verdict {
  if (!resume?.style || resume.style === 'instruction') return verdict;
  const { observation, committed } = made.report;
  const restarted = observation.kind === 'bad_body' && observation.fault === 'restarted';
  const refused = !committed && verdict.retry === 'stop' && verdict.passThrough;
  if (restarted || refused) resume.byInstruction.add(made.plan.runtime);
  return refused ? { ...verdict, retry: 'same_once', passThrough: false } : verdict;
}
