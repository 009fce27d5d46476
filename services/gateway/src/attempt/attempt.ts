import { transportCause } from '@holdfast/core/transport-cause';
import type { Observation } from '@holdfast/core/verdict';
import type { AnswerFinding, Dialect, Usage } from '@holdfast/dialects/dialect';
import type { Continuation } from '@holdfast/dialects/resume/continue-stream';
import type { Translation } from '@holdfast/dialects/translate/translation';
import type { Dispatcher } from 'undici';
import type { ConnectionUse, KnowsConnection } from '../states/connections.ts';
import type { EndpointRuntime } from '../states/endpoint-runtime.ts';
import { AttemptTimer, type Phase } from './attempt-timer.ts';
import type { Body, BodyEvents } from './bodies.ts';
import { openBody } from './open-body.ts';

/** One call to make. Times are ms on the monotonic clock. */
export interface AttemptOrder {
  readonly runtime: EndpointRuntime;
  /** What is spoken at the endpoint. */
  readonly dialect: Dialect;
  /** What the client speaks. */
  readonly clientDialect: Dialect;
  /** Tells the answer to a client of another dialect; null for one of the same. */
  readonly translation: Translation | null;
  /** The stream was asked for usage on our own account, and its client is not to see that. */
  readonly metered: boolean;
  readonly body: Buffer;
  /** Flat list: the endpoint's own, the credential, and what the client's allow-listed headers add. */
  readonly headers: readonly string[];
  readonly wantsStream: boolean;
  readonly newSocket: boolean;
  readonly connectMs: number;
  readonly firstContentMs: number;
  readonly idleMs: number;
  /** Nothing before content outlives this. */
  readonly deadlineMs: number;
  /** A stream with content may go on until then. */
  readonly totalMs: number;
  /** Tells the answer as the rest of a stream that broke off; null for an answer of its own. */
  readonly continuation: Continuation | null;
  /** Where a stream's events go. */
  readonly gate: StreamGate;
  readonly now: () => number;
}

/** The client's side of a stream: the commit point lives behind it. */
export interface StreamGate {
  /** The first real content: from here on nothing is retried. `held` are the bytes that wait, content included. */
  commit(held: Buffer): void;
  /** Later events; false asks to pause until `onDrain`. */
  write(bytes: Buffer): boolean;
  onDrain(resume: () => void): void;
}

/** What an attempt came to. */
export interface AttemptReport {
  readonly observation: Observation;
  /** The whole answer, when the observation is a success that was not streamed out. */
  readonly answer: Buffer | null;
  /** Bytes that end a stream properly for the client: the upstream's terminator or what must stand in for it. */
  readonly ending: Buffer | null;
  /** Events that were read but never reached the client, when the stream was a success without content. */
  readonly held: Buffer | null;
  readonly committed: boolean;
  readonly finding: (AnswerFinding & { kind: 'ok' }) | null;
  readonly usage: Usage | null;
  readonly model: string | null;
  readonly status: number | null;
  readonly durationMs: number;
  readonly firstContentMs: number | null;
}

/** A call under way. */
export interface RunningAttempt {
  readonly report: Promise<AttemptReport>;
  /** Cuts it; the report then says so. */
  cancel(by: 'client' | 'deadline' | 'hedge' | 'shutdown'): void;
}

/** A private marker: undici reports our own abort like a peer's death. */
const ATTEMPT_OVER = new Error('the attempt is over');
/** How long a body may take to end after its terminator before the connection is given up. */
const LINGER_MS = 1000;

/** Calls the endpoint once. Never throws: every way it can end is an observation. */
export function attempt(order: AttemptOrder): RunningAttempt {
  const call = new Call(order);
  return { report: call.report, cancel: (by) => call.found({ kind: 'cancelled', by }) };
}

/** undici's handler for one exchange, with timers of our own (undici's have a grain of a second and count bytes, not content). */
class Call implements KnowsConnection, BodyEvents {
  connection: ConnectionUse | null = null;
  readonly report: Promise<AttemptReport>;
  readonly #order: AttemptOrder;
  readonly #startedMs: number;
  #resolve!: (report: AttemptReport) => void;
  #controller: Dispatcher.DispatchController | null = null;
  #body: Body | null = null;
  readonly #timer: AttemptTimer;
  #linger: NodeJS.Timeout | undefined;
  #reusedSocket = false;
  #status: number | null = null;
  #firstContentMs: number | null = null;
  #committed = false;
  #settled = false;

  constructor(order: AttemptOrder) {
    this.#order = order;
    this.#startedMs = order.now();
    this.#timer = new AttemptTimer(order.now, order.deadlineMs, (what, nowMs) => this.#expired(what, nowMs));
    this.report = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#timer.enter('connect', order.connectMs);
    this.#dispatch();
  }

  #dispatch(): void {
    const { runtime, dialect, headers, body, newSocket } = this.#order;
    const fresh = newSocket ? runtime.connections.openFresh() : null;
    try {
      (fresh ?? runtime.connections.pool).dispatch(
        {
          method: 'POST',
          path: runtime.pathFor(dialect),
          headers: headers as string[],
          body,
          reset: newSocket,
        },
        this,
      );
    } catch (error) {
      this.found({ kind: 'transport', ...transportCause(error), reusedSocket: false });
    }
    // It ends with its one call; how that ends is told to the call.
    fresh?.close().catch(() => {});
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#settled) {
      controller.abort(ATTEMPT_OVER);
      return;
    }
    this.#reusedSocket = this.connection!.uses++ > 0;
    this.#controller = controller;
    this.#timer.enter('headers', this.#order.firstContentMs);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (this.#settled || status < 200) return;
    this.#status = status;
    this.#timer.rename('first_content');
    this.#body = openBody(this.#order, status, headers, this);
    this.#controller = controller;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#settled) this.#body!.push(chunk);
  }

  onResponseEnd(): void {
    clearTimeout(this.#linger);
    if (!this.#settled) this.#body!.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#settled) return;
    const failure: Observation = {
      kind: 'transport',
      ...transportCause(error, this.#status !== null),
      reusedSocket: this.#reusedSocket && this.#status === null,
    };
    // A break after the finish reason is a success: what had to be said was said.
    if (this.#body?.completeWithoutEnd()) this.#body.end();
    else this.found(failure);
  }

  /** Ends the attempt once; later calls are ignored. */
  found(observation: Observation, ending: Buffer | null = null): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#timer.stop();
    const success = observation.kind === 'success';
    const body = this.#body;
    if (!body?.finished) {
      // After a stream's terminator the body is about to end: waiting for that keeps the connection for the next call.
      if (success) this.#linger = setTimeout(() => this.#abort(), LINGER_MS);
      else this.#abort();
    }
    this.#resolve({
      observation,
      answer: success ? (body?.answer ?? null) : null,
      ending,
      held: success && !this.#committed ? (body?.held() ?? null) : null,
      committed: this.#committed,
      finding: body?.finding ?? null,
      usage: body?.usage ?? null,
      model: body?.model ?? null,
      status: this.#status,
      durationMs: this.#order.now() - this.#startedMs,
      firstContentMs: this.#firstContentMs,
    });
  }

  #abort(): void {
    this.#controller?.abort(ATTEMPT_OVER);
  }

  content(held: Buffer): void {
    // A decoder may still have had content in it when the attempt was given up: the client must not see it.
    if (this.#settled) return;
    this.#committed = true;
    this.#firstContentMs = this.#order.now() - this.#startedMs;
    this.#timer.setLimit(this.#order.totalMs);
    this.#timer.enter('idle', this.#order.idleMs);
    this.#order.gate.commit(held);
  }

  events(bytes: Buffer, content: boolean): void {
    if (this.#settled) return;
    // Comments and pings are no progress (FAULTS S05).
    if (content) this.#timer.extend(this.#order.idleMs);
    if (this.#order.gate.write(bytes) || this.#timer.paused) return;
    this.#timer.pause();
    this.#controller?.pause();
    this.#order.gate.onDrain(() => {
      if (!this.#settled) this.#timer.resume(this.#order.idleMs);
      this.#controller?.resume();
    });
  }

  #expired(what: Phase | 'limit', nowMs: number): void {
    if (what === 'idle' && this.#body?.completeWithoutEnd()) {
      this.#body.end();
      return;
    }
    const timer = what === 'limit' ? (this.#committed ? 'total' : 'deadline') : what;
    this.found({ kind: 'timeout', timer, afterMs: nowMs - this.#startedMs });
  }
}
