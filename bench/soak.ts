import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { chatRequest, judgeEcho, requestName } from '../e2e/support/chat.ts';
import { cluster, endpoint } from '../e2e/support/configs.ts';
import { openHttpClient, type Reply } from '../e2e/support/http-client.ts';
import { startLoad } from '../e2e/support/load.ts';
import { usageOf } from '../e2e/support/process-usage.ts';
import { readStream } from '../e2e/support/read-stream.ts';
import { type GatewayProcess, startGateway } from '../e2e/support/start-service.ts';
import { pause, until } from '../e2e/support/until.ts';
import type { Answer } from '../packages/simulator/src/behaviour.ts';
import { seededRandom } from '../packages/simulator/src/random.ts';
import { startSimulator } from '../packages/simulator/src/start-simulator.ts';

/**
 * The soak: `npm run soak [-- --minutes 2 --rate 50 --seed 1 --out bench/results/NAME.md]`. One gateway under steady mixed load, whose
 * upstreams fail 5 % of the calls and whose clients leave now and then. Watches what a leak would show in: memory,
 * descriptors, sockets, timers. Exit 0 when no client saw an error and all is back where it was.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '2' },
    rate: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string' },
  },
});
const minutes = Number(values.minutes);
const rate = Number(values.rate);
const seed = Number(values.seed);

const FAULTS: readonly Answer[] = [
  { fault: 'nginx_502' },
  { fault: 'server_503' },
  { fault: 'error_in_200' },
  { fault: 'truncated_json' },
  { fault: 'empty' },
  { reset: 'before_headers' },
  { close: 'before_headers' },
  { stall: 'before_headers' },
];
const FAILING = 0.05;
const LEAVING = 0.02;
const STREAMS = 0.4;
const SAMPLES = 120;
/** Caches fill and code is compiled in the first part of a run. */
const WARM_UP = 0.25;
const CALM_MS = 6000;

interface Sample {
  readonly atS: number;
  readonly rssMiB: number;
  readonly heapMiB: number;
  readonly fds: number;
  readonly sockets: number;
  readonly timers: number;
}

async function sampleOf(gateway: GatewayProcess, startedMs: number): Promise<Sample> {
  const metrics = await gateway.metrics();
  const { rssMiB, fds, sockets } = usageOf(gateway.pid);
  return {
    atS: (performance.now() - startedMs) / 1000,
    rssMiB,
    heapMiB: metrics.sum('nodejs_heap_size_used_bytes') / 2 ** 20,
    fds,
    sockets,
    timers: metrics.sum('nodejs_active_resources', { type: 'Timeout' }),
  };
}

/** Growth per hour by least squares. */
function slopePerHour(samples: readonly Sample[], of: (sample: Sample) => number): number {
  const meanS = samples.reduce((sum, { atS }) => sum + atS, 0) / samples.length;
  const mean = samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const above = samples.reduce((sum, sample) => sum + (sample.atS - meanS) * (of(sample) - mean), 0);
  const below = samples.reduce((sum, { atS }) => sum + (atS - meanS) ** 2, 0);
  return below === 0 ? 0 : (above / below) * 3600;
}

const random = seededRandom(seed);
await using simulator = await startSimulator({ maxRecords: 0, seed });
const names = ['first', 'second', 'third'];
for (const name of names)
  simulator.behave(name, { probability: FAILING, oneOf: FAULTS, latencyMs: [5, 100] });
await using gateway = await startGateway({
  timeouts: { connect: '1s', first_content: '1s' },
  clusters: {
    main: cluster('openai', ...names.map((name) => endpoint(name, simulator.baseUrl(name)))),
    spare: cluster('openai', endpoint('spare', simulator.baseUrl('spare'))),
  },
  routes: [
    { model: 'spare', cluster: 'spare' },
    { model: '*', cluster: 'main', fallback_models: ['spare'] },
  ],
});
await using client = openHttpClient();
const url = `${gateway.url}/v1/chat/completions`;
const left = new Set<number>();
const streamed = new Set<number>();

async function send(n: number): Promise<Reply> {
  const stream = random() < STREAMS;
  const leaving = new AbortController();
  if (stream) streamed.add(n);
  const timer = random() < LEAVING ? setTimeout(() => leaving.abort(), random() * 100) : undefined;
  if (timer) left.add(n);
  const reply = await client.post(
    url,
    chatRequest(`model-${n % 50}`, requestName(n), stream ? { stream } : {}),
    {
      signal: leaving.signal,
    },
  );
  clearTimeout(timer);
  return reply;
}

function judge(reply: Reply, n: number): string | null {
  const isStream = streamed.delete(n);
  if (left.delete(n) && reply.broken === 'aborted') return null;
  if (!isStream || reply.status !== 200) return judgeEcho(reply, n);
  const { text, terminated, failed } = readStream('chat', reply.text);
  if (!terminated || failed || reply.broken !== null) return 'stream interrupted';
  return text.includes(requestName(n)) ? null : 'the stream of another request';
}

const startedMs = performance.now();
const before = await sampleOf(gateway, startedMs);
const samples: Sample[] = [];
const load = startLoad({ rate, send, judge });
const everyMs = Math.max(1000, (minutes * 60_000) / SAMPLES);
while (performance.now() - startedMs < minutes * 60_000) {
  await pause(Math.min(everyMs, minutes * 60_000 - (performance.now() - startedMs)));
  samples.push(await sampleOf(gateway, startedMs));
}
const result = await load.stop();
await until('nothing is in flight', async () => (await gateway.status()).in_flight === 0);
await client[Symbol.asyncDispose]();
await pause(CALM_MS);
const after = await sampleOf(gateway, startedMs);

const settled = samples.slice(Math.floor(samples.length * WARM_UP));
const attempts = (await gateway.metrics()).sum('holdfast_upstream_attempts_total');
const failed = attempts - (await gateway.metrics()).sum('holdfast_upstream_attempts_total', { result: 'ok' });
const warnings = (gateway.output().match(/MaxListenersExceededWarning/g) ?? []).length;
const upstreamSockets = 3 * names.length + 50;
const checks = [
  { what: 'client errors', value: result.problemCount, limit: 0 },
  { what: 'MaxListeners warnings', value: warnings, limit: 0 },
  { what: 'timers more than before', value: after.timers - before.timers, limit: 5 },
  {
    what: 'descriptors more than before (idle upstream connections)',
    value: after.fds - before.fds,
    limit: upstreamSockets,
  },
];
const passed = checks.every(({ value, limit }) => value <= limit);
const one = (value: number) => value.toFixed(1);
const row = (what: string, sample: Sample) =>
  `| ${what} | ${one(sample.rssMiB)} | ${one(sample.heapMiB)} | ${sample.fds} | ${sample.sockets} | ${sample.timers} |`;
const quarter = (share: number) => samples[Math.min(samples.length - 1, Math.floor(samples.length * share))]!;
const text = `Command: \`npm run soak -- --minutes ${minutes} --rate ${rate} --seed ${seed}\`. ${cpus().length} cores, Node ${process.version}.

${result.total} requests, ${failed} of ${attempts} calls failed or were given up, p50 ${one(result.p50)} ms, p99 ${one(result.p99)} ms.

| moment | resident memory, MiB | heap, MiB | descriptors | sockets | timers |
| --- | --- | --- | --- | --- | --- |
${row('before', before)}
${[0.25, 0.5, 0.75, 1].map((share) => row(`${share * 100} %`, quarter(share))).join('\n')}
${row('after, idle', after)}

Growth of resident memory after warm-up: ${one(slopePerHour(settled, ({ rssMiB }) => rssMiB))} MiB/h; of descriptors: ${one(slopePerHour(settled, ({ fds }) => fds))}/h; of timers: ${one(slopePerHour(settled, ({ timers }) => timers))}/h. Slopes of short runs mean little.

${checks.map(({ what, value, limit }) => `- ${what}: ${value} (at most ${limit}): ${value <= limit ? 'pass' : 'FAIL'}`).join('\n')}
`;
console.log(text);
if (result.problemCount > 0) console.log(JSON.stringify(result.problems), result.examples.join('\n'));
if (values.out) {
  mkdirSync(path.dirname(values.out), { recursive: true });
  writeFileSync(values.out, `# Soak\n\n${text}`);
}
process.exitCode = passed ? 0 : 1;
