import path from 'node:path';
import { startRawUpstream } from '@holdfast/simulator/raw-upstream';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { cluster, endpoint } from '../support/configs.ts';
import { openHttpClient, type Reply } from '../support/http-client.ts';
import { loadPayloads, type Payload } from '../support/load-payloads.ts';
import { readStream } from '../support/read-stream.ts';
import { type GatewayProcess, startGateway } from '../support/start-service.ts';
import { atLeast, type Check, type Goal, told } from './goal.ts';

const OWN = path.join(import.meta.dirname, '../payloads');
/** Recorded payloads, kept beside the repository by those who have them. */
const RECORDED = path.join(import.meta.dirname, '../../../shared/wire');

/** Real answers of providers, byte for byte, through a real gateway with a second endpoint that is well. */
export const g06: Goal = {
  id: 'g06',
  title: 'answers of real providers are taken for what they are',
  async run() {
    const recorded = await tryAll(loadPayloads(RECORDED));
    const own = await tryAll(loadPayloads(OWN));
    return [
      ...(recorded.length > 0
        ? [right('recorded payloads', recorded, 1)]
        : [told('recorded payloads', 'not here')]),
      right('payloads written for this test', own, 0.95),
    ];
  },
};

interface Finding {
  readonly payload: Payload;
  readonly problem: string | null;
}

function right(what: string, findings: readonly Finding[], share: number): Check {
  const wrong = findings.filter(({ problem }) => problem !== null);
  return atLeast(
    `${what} (${findings.length}) taken for what they are, share`,
    1 - wrong.length / findings.length,
    share,
    {
      detail: wrong.map(({ payload, problem }) => `${payload.name} (${payload.expect}): ${problem}`),
    },
  );
}

async function tryAll(payloads: readonly Payload[]): Promise<Finding[]> {
  if (payloads.length === 0) return [];
  await using stack = new AsyncDisposableStack();
  const simulator = stack.use(await startSimulator());
  const upstreams = new Map<string, { requests(): readonly unknown[]; readonly baseUrl: string }>();
  for (const { name, bytes } of payloads) {
    upstreams.set(
      name,
      stack.use(
        await startRawUpstream(async (connection) => {
          while (await connection.nextRequest()) await connection.write(bytes);
        }),
      ),
    );
  }
  const gateway = stack.use(
    await startGateway({
      clusters: Object.fromEntries(
        payloads.map(({ name, protocol }) => [
          name,
          cluster(
            protocol,
            endpoint('primary', upstreams.get(name)!.baseUrl),
            endpoint('secondary', simulator.baseUrl(name), 2),
          ),
        ]),
      ),
      routes: payloads.map(({ name }) => ({ model: name, cluster: name })),
    }),
  );
  const client = stack.use(openHttpClient());
  const findings: Finding[] = [];
  for (const payload of payloads) {
    const { name, protocol, stream } = payload;
    const reply = await client.post(
      `${gateway.url}/v1/${protocol === 'anthropic' ? 'messages' : 'chat/completions'}`,
      {
        model: name,
        messages: [{ role: 'user', content: 'How high is the tide?' }],
        ...(protocol === 'anthropic' ? { max_tokens: 50 } : {}),
        ...(stream ? { stream } : {}),
      },
    );
    const expectation = EXPECTATIONS[payload.expect];
    const seen: Seen = {
      reply,
      payload,
      calls: upstreams.get(name)!.requests().length,
      secondCalls: simulator.requests(name).length,
      standing: await standingOf(gateway, name),
    };
    findings.push({ payload, problem: expectation ? expectation(seen) : 'nobody said what that means here' });
  }
  return findings;
}

async function standingOf(gateway: GatewayProcess, name: string): Promise<string> {
  const { clusters } = await gateway.status();
  const primary = clusters.find((one) => one.name === name)!.endpoints.find((one) => one.name === 'primary')!;
  return primary.breaker === 'closed' ? primary.standing : primary.breaker;
}

/** What came of one payload. */
interface Seen {
  readonly reply: Reply;
  readonly payload: Payload;
  readonly calls: number;
  readonly secondCalls: number;
  /** Of the primary, afterwards, for any model. */
  readonly standing: string;
}

type Expectation = (seen: Seen) => string | null;

const unless = (holds: boolean, problem: string): string | null => (holds ? null : problem);

/** It is the client's answer, once, and nobody is blamed. */
const passedOn =
  (status: number): Expectation =>
  ({ reply, calls, secondCalls, standing }) =>
    unless(reply.status === status, `status ${reply.status}: ${reply.text.slice(0, 200)}`) ??
    unless(reply.broken === null, `broken: ${reply.broken}`) ??
    unless(
      reply.headers['x-holdfast-endpoint'] === 'primary',
      `from ${reply.headers['x-holdfast-endpoint']}`,
    ) ??
    unless(calls === 1 && secondCalls === 0, `calls: ${calls} and ${secondCalls}`) ??
    unless(standing === 'available', `the primary is ${standing}`);

const good: Expectation = (seen) => {
  const { reply, payload } = seen;
  const problem = passedOn(200)(seen);
  if (problem !== null || !payload.stream) return problem;
  const { terminated, failed } = readStream(
    payload.protocol === 'anthropic' ? 'messages' : 'chat',
    reply.text,
  );
  return unless(terminated && !failed, `the stream looks unfinished: ${reply.text.slice(-200)}`);
};

/** Another endpoint answers at once, after one call. `standing`: what becomes of the primary. */
const elsewhere =
  (...standings: string[]): Expectation =>
  ({ reply, calls, secondCalls, standing }) =>
    unless(reply.status === 200, `status ${reply.status}: ${reply.text.slice(0, 200)}`) ??
    unless(
      reply.headers['x-holdfast-endpoint'] === 'secondary',
      `from ${reply.headers['x-holdfast-endpoint']}`,
    ) ??
    unless(calls === 1 && secondCalls === 1, `calls: ${calls} and ${secondCalls}`) ??
    unless(standings.includes(standing), `the primary is ${standing}`);

/** After content: neither hidden nor made to look complete. */
const interrupted: Expectation = ({ reply, payload, secondCalls }) => {
  const { terminated, failed, text } = readStream(
    payload.protocol === 'anthropic' ? 'messages' : 'chat',
    reply.text,
  );
  // Where no content had come yet, nothing is lost and the other endpoint may answer.
  if (secondCalls === 1) return unless(terminated && !failed && text.includes(payload.name), 'a splice');
  return (
    unless(failed, 'the client is not told') ?? unless(!terminated && reply.broken !== null, 'looks complete')
  );
};

/** What only a larger window may take: there, or the provider's words to the client. */
const tooLarge: Expectation = (seen) =>
  seen.secondCalls === 0 && [400, 413].includes(seen.reply.status)
    ? passedOn(seen.reply.status)(seen)
    : elsewhere('available')(seen);

/** The words of the index. A model's own rest does not show in the endpoint's standing for any model. */
const EXPECTATIONS: Readonly<Record<string, Expectation>> = {
  success: good,
  success_empty_length: good,
  content_filtered: good,
  client_error_never_retry: passedOn(400),
  client_error_too_large: tooLarge,
  too_large_for_endpoint: tooLarge,
  model_unavailable_next_endpoint: elsewhere('available'),
  model_output_invalid: elsewhere('available'),
  concurrency_limited: elsewhere('available'),
  rate_limited_transient: elsewhere('available', 'cooling'),
  overloaded_retry_next_endpoint: elsewhere('available', 'cooling'),
  upstream_failure_retry: elsewhere('available'),
  quota_exhausted_until_reset: elsewhere('available', 'cooling'),
  quota_exhausted_long: elsewhere('cooling'),
  credit_exhausted: elsewhere('available', 'cooling'),
  token_dead_rotate_token: elsewhere('available', 'cooling', 'open'),
  midstream_failure: interrupted,
};
