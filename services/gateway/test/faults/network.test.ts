import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { networkFaults } from '@holdfast/simulator/network-faults';
import type { RawUpstream } from '@holdfast/simulator/raw-upstream';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import { startGateway } from '../start-gateway.ts';
import {
  ask,
  breakerOpen,
  codesOf,
  endedWell,
  errorIn,
  isStream,
  leaksIn,
  pair,
  protocolOf,
  saidIn,
  WAYS,
} from './pair.ts';

/** What the catalogue demands of a network fault. */
interface Demand {
  /** Codes the attempt may be booked under. */
  readonly codes: readonly string[];
  /** The client's status when nothing else works. */
  readonly status: 502 | 504;
  /** What a stream shows: the fault comes before its content, after it, or does it no harm. */
  readonly stream: 'before' | 'after' | 'harmless';
  readonly whole?: 'harmless';
}

const before = { status: 502, stream: 'before' } as const;
const late = { status: 504, stream: 'before' } as const;

const DEMANDS: Readonly<Record<string, Demand>> = {
  'connection refused': { codes: ['N01'], ...before },
  'host name without address': { codes: ['N02'], ...before },
  'TLS spoken to a plain port': { codes: ['N03'], ...before },
  'expired certificate': { codes: ['N03'], ...before },
  'certificate for another name': { codes: ['N03'], ...before },
  'certificate nobody vouches for': { codes: ['N03'], ...before },
  'accepts, and never answers the TLS handshake': { codes: ['N04'], ...late },
  'accepts, then FIN at once': { codes: ['N05'], ...before },
  'FIN instead of headers': { codes: ['N05'], ...before },
  'accepts, then RST at once': { codes: ['N06'], ...before },
  'RST instead of headers': { codes: ['N06'], ...before },
  'headers never come': { codes: ['N07'], ...late },
  'headers drip, a byte every 200 ms': { codes: ['N07'], ...late },
  'garbage instead of a response': { codes: ['N08'], ...before },
  'headers with bare line feeds': { codes: ['N08'], ...before },
  'a chunk size that is no number': { codes: ['N08'], ...before },
  'a header block over 16 KiB': { codes: ['N09'], ...before },
  // All of a stream arrives: its terminator says so, whatever the length promised.
  'content-length longer than the body, then FIN': { codes: ['N10', 'N13'], ...before, stream: 'harmless' },
  'content-length shorter than the body': { codes: ['N11', 'N12'], ...before, stream: 'after' },
  'HTTP/1.0 style: half a body, then FIN': { codes: ['N11', 'N12'], ...before, stream: 'after' },
  'chunked without terminator, then FIN': { codes: ['N13'], ...before, stream: 'after' },
  'RST in the middle of a chunk': { codes: ['N13'], ...before, stream: 'after' },
  'two content-lengths': { codes: ['N14'], ...before },
  'content-length and transfer-encoding': { codes: ['N14'], ...before },
  'half a body, then silence': { codes: ['N15', 'N16'], ...late, stream: 'after' },
  'headers, then silence': { codes: ['N15', 'N16'], ...late },
  'comments (stream) or whitespace for ever': { codes: ['N16'], ...late },
  'half a body, then a space at a time': { codes: ['N16', 'N15'], ...late, stream: 'after' },
  '100 Continue that nobody asked for': { codes: ['N17'], ...before },
  '103 Early Hints': { codes: [], ...before, stream: 'harmless', whole: 'harmless' },
  'gzip that nobody asked for': { codes: [], ...before, stream: 'harmless', whole: 'harmless' },
  'br that nobody asked for': { codes: [], ...before, stream: 'harmless', whole: 'harmless' },
  'gzip in gzip': { codes: ['N19'], ...before },
  'gzip cut in the middle': { codes: ['N19'], ...before },
  '302 to another path of the same upstream': { codes: ['N20'], ...before },
  // Only HTTP/1.1 is offered: an upstream that insists on another protocol ends the handshake.
  'HTTP/2 GOAWAY instead of an answer': { codes: ['N21', 'N03'], ...before },
  'HTTP/2 REFUSED_STREAM': { codes: ['N21', 'N03'], ...before },
  'a body without end, as fast as it is read': {
    codes: ['N22', 'S08'],
    ...before,
    stream: 'after',
  },
};

/** Shown on a connection that has served before; tests of their own below. */
const STALE = /^stale connection|^a second response on the idle/;

/** Timers only where they are what notices the fault: a slow machine must not be taken for one. */
const timers = ({ status }: Demand) =>
  status === 504 ? { timeouts: { connect: '200ms', first_content: '200ms', idle: '200ms' } } : {};
/** The last attempt gets all the time that is left. */
const totalTime = ({ status }: Demand) => (status === 504 ? { max_total_time: '500ms' } : {});

const TEST_MS = 30_000;

/** The certificates of an upstream count as trusted while `run` runs, where the fault is not about trust. */
async function trusting<T>(upstream: RawUpstream, fault: string, run: () => Promise<T>): Promise<T> {
  if (upstream.ca === null || fault === 'certificate nobody vouches for') return run();
  const usual = getCACertificates('default');
  setDefaultCACertificates([...usual, upstream.ca]);
  try {
    return await run();
  } finally {
    setDefaultCACertificates(usual);
  }
}

for (const [id, faults] of Object.entries(networkFaults)) {
  for (const fault of faults) {
    if (STALE.test(fault.name)) continue;
    const demand = DEMANDS[fault.name]!;
    describe(`${id} ${fault.name}`, () => {
      // A timeout costs its time: one whole answer and one stream tell enough.
      const ways = demand.status === 504 ? (['chat', 'messages stream'] as const) : WAYS;
      for (const way of ways) {
        const shown = isStream(way) ? demand.stream : (demand.whole ?? 'before');
        const config = (primary: string, secondary: string | null, more = {}) =>
          pair({
            primary,
            secondary,
            protocol: protocolOf(way),
            more: { ...timers(demand), ...more },
          });

        if (shown === 'harmless') {
          test(
            `${way}: does no harm`,
            async () => {
              await using upstream = await fault.start();
              await using gateway = await startGateway(config(upstream.baseUrl, null));
              const answer = await ask(gateway, way);
              expect(answer.status).toBe(200);
              expect(saidIn(answer)).toContain('Hello from raw');
              expect(endedWell(answer, way)).toBe(true);
              expect(await breakerOpen(gateway)).toBe(false);
            },
            TEST_MS,
          );
        } else if (shown === 'after') {
          test(
            `${way}: after content ends with an error event, without a clean end, and counts against the endpoint`,
            async () => {
              await using upstream = await fault.start();
              await using simulator = await startSimulator();
              await using gateway = await startGateway(
                config(upstream.baseUrl, simulator.baseUrl('secondary')),
              );
              const answer = await ask(gateway, way);
              expect(answer.status).toBe(200);
              expect(answer.broken).toBe(true);
              expect(answer.text).toMatch(/event: error|data: \{"error"/);
              expect(answer.text).not.toMatch(/\[DONE\]|"finish_reason":"stop"|message_stop/);
              expect(leaksIn(answer)).toEqual([]);
              expect(simulator.requests('secondary')).toHaveLength(0);
              expect(await breakerOpen(gateway)).toBe(true);
            },
            TEST_MS,
          );
        } else {
          test(
            `${way}: is answered by the next endpoint, unseen, and counts against the first`,
            async () => {
              await using upstream = await fault.start();
              await using simulator = await startSimulator();
              await using gateway = await startGateway(
                config(upstream.baseUrl, simulator.baseUrl('secondary')),
              );
              const answer = await trusting(upstream, fault.name, () => ask(gateway, way));
              expect(answer.status).toBe(200);
              expect(saidIn(answer)).toContain('Hello from secondary');
              expect(answer.text).not.toContain('raw');
              expect(endedWell(answer, way)).toBe(true);
              expect(codesOf(gateway)).toEqual([expect.stringMatching(demand.codes.join('|')), 'ok']);
              // Out of rotation: the next request does not reach it.
              const seen = upstream.accepted();
              await ask(gateway, way);
              expect(codesOf(gateway)).toEqual(['ok']);
              expect(upstream.accepted()).toBe(seen);
            },
            TEST_MS,
          );

          test(
            `${way}: with nothing else the client gets ${demand.status} and no word of the provider's`,
            async () => {
              await using upstream = await fault.start();
              await using gateway = await startGateway(
                config(upstream.baseUrl, null, {
                  retry: { max_attempts: 2, base_delay: '10ms', max_delay: '10ms', ...totalTime(demand) },
                }),
              );
              const answer = await trusting(upstream, fault.name, () => ask(gateway, way));
              expect(answer.status).toBe(demand.status);
              expect(leaksIn(answer)).toEqual([]);
              expect(answer.headers.get('x-should-retry')).toBe('false');
              expect(answer.headers.get('x-holdfast-endpoint')).toBe('none');
              const error = errorIn(answer);
              if (protocolOf(way) === 'openai')
                expect(error).toMatchObject({
                  type: 'upstream_error',
                  code: expect.stringMatching(
                    demand.status === 504
                      ? /^(?:all_attempts_failed|deadline_exceeded)$/
                      : /^all_attempts_failed$/,
                  ),
                });
              else expect(error.type).toBe(demand.status === 504 ? 'timeout_error' : 'api_error');
            },
            TEST_MS,
          );
        }
      }
    });
  }
}
