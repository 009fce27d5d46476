import type { Observation, TransportCause } from '../verdict.ts';
import type { FaultRow } from './fault-row.ts';

const FIVE_MINUTES_MS = 300_000;

const connection = {
  result: 'connect_error',
  retry: 'endpoint',
  scope: 'endpoint',
  clientStatus: 502,
} as const;
const garbled = { result: 'bad_response', retry: 'endpoint', scope: 'endpoint', clientStatus: 502 } as const;
const late = { result: 'timeout', retry: 'endpoint', scope: 'endpoint', clientStatus: 504 } as const;
/** Nothing reached the provider, so the same endpoint may be asked again and nobody is to blame. */
const unsent = { result: 'connect_error', retry: 'same_once', scope: 'none', clientStatus: 502 } as const;

/** Network and HTTP framing: the N rows. */
export const NETWORK_ROWS = {
  N00: { title: 'Any other transport failure', ...connection, hint: 'connection failed' },
  N01: { title: 'Connection refused or host unreachable', ...connection, hint: 'connection refused' },
  N02: {
    title: 'Host name not found (where no name at all is found, nobody is penalised)',
    ...connection,
    hint: 'host name not found',
  },
  'N02/temporary': {
    title: 'Name service did not answer',
    ...connection,
    retry: 'same_once',
    hint: 'name service failed',
  },
  N03: {
    title: 'TLS failed: no TLS there, certificate expired or for another name',
    ...connection,
    bench: { ms: FIVE_MINUTES_MS, provenance: 'heuristic' }, // a certificate does not heal by itself within a breaker's pause
    hint: 'TLS failed',
  },
  N04: { title: 'Connection or TLS handshake not completed in time', ...late, hint: 'connect timeout' },
  N05: { title: 'Connection closed before an answer', ...connection, hint: 'connection closed' },
  'N05/reused': { title: 'A kept-alive connection had gone stale', ...unsent, hint: 'connection closed' },
  N06: { title: 'Connection reset before an answer', ...connection, hint: 'connection reset' },
  'N06/reused': { title: 'A kept-alive connection was reset', ...unsent, hint: 'connection reset' },
  N07: { title: 'Response headers never came, or came too slowly', ...late, hint: 'timeout' },
  N08: { title: 'Not HTTP, or malformed HTTP', ...garbled, hint: 'malformed HTTP' },
  N09: { title: 'Response headers larger than 16 KiB', ...garbled, hint: 'headers too large' },
  N10: { title: 'Body shorter than its Content-Length', ...garbled, hint: 'answer cut short' },
  N11: {
    title: 'Body longer than its Content-Length: half a document delivered as complete',
    ...garbled,
    hint: 'answer is not JSON',
  },
  N12: {
    title: 'Unframed body cut off: half a document or stream delivered as complete',
    ...garbled,
    hint: 'answer cut short',
  },
  N13: { title: 'Chunked body without its end, or reset inside it', ...garbled, hint: 'answer cut short' },
  N14: { title: 'Contradicting lengths in the response', ...garbled, hint: 'contradicting lengths' },
  N15: { title: 'The body stalled', ...late, hint: 'stalled' },
  N16: { title: 'Bytes drip, but content does not come in time', ...late, hint: 'timeout' },
  N17: { title: 'Unsolicited 100 Continue', ...garbled, hint: 'malformed HTTP' },
  N19: {
    title: 'Body compressed although not asked, or not decodable',
    ...garbled,
    hint: 'undecodable body',
  },
  N20: { title: 'Redirect from an API host: never followed', ...garbled, hint: 'redirect' },
  N21: { title: 'HTTP/2 stream refused before it was processed', ...unsent, hint: 'stream refused' },
  N22: { title: 'Response body larger than the limit', ...garbled, hint: 'answer too large' },
} as const satisfies Record<string, FaultRow>;

export type NetworkKey = keyof typeof NETWORK_ROWS;

/** On a connection of its own; `REUSED_ROWS` has the exceptions for one that had served before. */
export const TRANSPORT_ROWS = {
  refused: 'N01',
  dns: 'N02',
  dns_temporary: 'N02/temporary',
  tls: 'N03',
  connect_timeout: 'N04',
  closed: 'N05',
  reset: 'N06',
  headers_timeout: 'N07',
  protocol: 'N08',
  headers_overflow: 'N09',
  truncated: 'N13',
  length_mismatch: 'N14',
  body_timeout: 'N15',
  unexpected_continue: 'N17',
  encoding: 'N19',
  refused_stream: 'N21',
  too_large: 'N22',
  other: 'N00',
} as const satisfies Record<TransportCause, NetworkKey>;

/** The provider may close an idle connection at any moment; that it did so just now says nothing about its health. */
export const REUSED_ROWS: Readonly<Partial<Record<TransportCause, NetworkKey>>> = {
  closed: 'N05/reused',
  reset: 'N06/reused',
};

type Timer = Extract<Observation, { kind: 'timeout' }>['timer'];

export const TIMER_ROWS = {
  connect: 'N04',
  headers: 'N07',
  first_content: 'N16',
  idle: 'N15',
  total: 'S18',
  deadline: 'S18',
} as const satisfies Record<Timer, NetworkKey | 'S18'>;
