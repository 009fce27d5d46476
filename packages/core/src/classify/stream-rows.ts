import type { Observation } from '../verdict.ts';
import type { FaultRow } from './fault-row.ts';

/** We ended the attempt ourselves: never a provider's failure. */
const ours = { result: 'aborted', retry: 'stop', scope: 'none' } as const;
const garbled = { result: 'bad_response', retry: 'endpoint', scope: 'endpoint', clientStatus: 502 } as const;

/** Streams and our own endings: the S rows and those of X. */
export const STREAM_ROWS = {
  S08: { title: 'One line of the stream is longer than the limit', ...garbled, hint: 'line too long' },
  S09: { title: 'More than three malformed events in one stream', ...garbled, hint: 'malformed events' },
  S15: { title: 'The client left', ...ours, clientStatus: 499, hint: 'client left' },
  S18: {
    title: 'The deadline over the whole request was reached',
    ...ours,
    clientStatus: 504,
    hint: 'deadline reached',
  },
  X12: { title: 'A hedged attempt lost', ...ours, clientStatus: 504, hint: 'hedge lost' },
  I09: { title: 'The gateway shuts down', ...ours, clientStatus: 503, hint: 'shutting down' },
} as const satisfies Record<string, FaultRow>;

export type StreamKey = keyof typeof STREAM_ROWS;

export const CANCEL_ROWS = {
  client: 'S15',
  deadline: 'S18',
  hedge: 'X12',
  shutdown: 'I09',
} as const satisfies Record<Extract<Observation, { kind: 'cancelled' }>['by'], StreamKey>;
