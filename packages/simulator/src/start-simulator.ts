import type { ServerResponse } from 'node:http';
import { listen } from '@holdfast/runtime/listen';
import { answerRequest, type Provider } from './answer-request.ts';
import type { Behaviour } from './behaviour.ts';
import { createBehaviours } from './behaviours.ts';
import { answerControl, CONTROL_PREFIX } from './control-api.ts';
import { seededRandom } from './random.ts';
import { createRateCounters } from './rate-limits.ts';
import { createRecorder } from './recorder.ts';
import type { Scenario } from './scenario.ts';
import { createScenarioPlayer } from './scenario-player.ts';
import type { RecordedRequest, Simulator } from './simulator.ts';

export interface SimulatorOptions {
  /** Default: loopback. */
  readonly host?: string;
  /** Default 0: a free one. */
  readonly port?: number;
  readonly scenario?: Scenario;
  /** Told of each scenario step in one line. Default: silence. */
  readonly log?: (line: string) => void;
  /** Of the random generator, unless a scenario brings its own. Default 1. */
  readonly seed?: number;
  /** Newest requests remembered; 0 only counts them (benchmarks). Default 10 000. */
  readonly maxRecords?: number;
}

const MAX_RECORDS = 10_000;
const MAX_RECORDED_BODY_BYTES = 64 * 1024 * 1024;
/** nginx's default; longer than any client keeps an idle connection. */
const KEEP_ALIVE_MS = 75_000;
const WAIT_MS = 5_000;

/** Starts the fake providers; rejects with the listen error. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { host = '127.0.0.1', port = 0, scenario, log, seed = 1, maxRecords = MAX_RECORDS } = options;
  const behaviours = createBehaviours();
  const rates = createRateCounters();
  const recorder = createRecorder({ maxRecords, maxBodyBytes: MAX_RECORDED_BODY_BYTES });
  const socketIds = new WeakMap<object, number>();
  let random = seededRandom(seed);
  let sockets = 0;
  let sequence = 0;

  const provider: Provider = {
    behaviours,
    rates,
    recorder,
    random: () => random(),
    nextSequence: () => ++sequence,
    socketIdOf(socket) {
      let id = socketIds.get(socket);
      if (id === undefined) {
        id = ++sockets;
        socketIds.set(socket, id);
      }
      return id;
    },
  };

  const player = createScenarioPlayer({
    start(newSeed) {
      random = seededRandom(newSeed ?? seed);
    },
    show(step) {
      behaviours.clear();
      rates.clear();
      for (const [upstream, behaviour] of Object.entries(step.upstreams))
        behaviours.set(upstream, listOf(behaviour));
      log?.(`scenario: ${step.name}`);
    },
  });

  function requests(upstream?: string): RecordedRequest[] {
    return recorder.requests(upstream);
  }

  let closing: Promise<void> | undefined;
  const simulator: Simulator = {
    get url() {
      return listening.url;
    },
    get port() {
      return listening.port;
    },
    baseUrl: (upstream) => `${listening.url}/${encodeURIComponent(upstream)}/v1`,
    behave(upstream, behaviour) {
      behaviours.set(upstream, listOf(behaviour));
      rates.clear(upstream);
    },
    clearBehaviour(upstream) {
      behaviours.delete(upstream);
      rates.clear(upstream);
    },
    behaviours: () => behaviours.list(),
    reset() {
      player.stop();
      behaviours.clear();
      rates.clear();
      recorder.clear();
      random = seededRandom(seed);
    },
    requests,
    forget: () => recorder.clear(),
    waitForRequests: (upstream, count, timeoutMs = WAIT_MS) =>
      recorder.waiters.until(
        () => atLeast(count, requests(upstream)),
        timeoutMs,
        () => `${upstream} received ${requests(upstream).length} of ${count} requests`,
      ),
    waitForAbort: (upstream, count = 1, timeoutMs = WAIT_MS) =>
      recorder.waiters.until(
        () => atLeast(count, aborted(requests(upstream))),
        timeoutMs,
        () => `${upstream} saw ${aborted(requests(upstream)).length} of ${count} callers leave`,
      ),
    waitForIdle: (upstream, timeoutMs = WAIT_MS) =>
      recorder.waiters
        .until(
          () => (recorder.inFlight(upstream) === 0 ? null : undefined),
          timeoutMs,
          () => `${upstream ?? 'some upstream'} still has ${recorder.inFlight(upstream)} exchanges`,
        )
        .then(() => undefined),
    inFlight: (upstream) => recorder.inFlight(upstream),
    peakInFlight: (upstream) => recorder.peakInFlight(upstream),
    counts: () => recorder.counts(),
    play: (story) => player.play(story),
    stopScenario: () => player.stop(),
    progress: () => player.progress(),
    close() {
      player.stop();
      closing ??= listening.close();
      return closing;
    },
    [Symbol.asyncDispose]: () => simulator.close(),
  };

  const listening = await listen(
    (req, res) => {
      if (req.url?.startsWith(CONTROL_PREFIX)) void answerControl(simulator, req, res);
      else answerRequest(provider, req, res).catch((error: unknown) => giveUp(res, error));
    },
    {
      host,
      port,
      configure(server) {
        server.keepAliveTimeout = KEEP_ALIVE_MS;
        server.requestTimeout = 0;
      },
    },
  );
  if (scenario) player.play(scenario);
  return simulator;
}

/** A behaviour that cannot be sent (a header with a line break, say) must not look like a provider's fault. */
function giveUp(res: ServerResponse, error: unknown): void {
  if (res.headersSent) return void res.destroy();
  const body = JSON.stringify({
    error: { message: `The simulator cannot send this: ${error}`, type: 'simulator_error' },
  });
  // Node has already taken half of the refused head into account: this one goes past it.
  res.socket?.end(
    `HTTP/1.1 500 Internal Server Error\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

function listOf(behaviour: Behaviour | readonly Behaviour[]): readonly Behaviour[] {
  return Array.isArray(behaviour) ? behaviour : [behaviour as Behaviour];
}

function atLeast(count: number, records: RecordedRequest[]): RecordedRequest[] | undefined {
  return records.length >= count ? records : undefined;
}

function aborted(records: RecordedRequest[]): RecordedRequest[] {
  return records.filter(({ abortedAt }) => abortedAt !== null);
}
