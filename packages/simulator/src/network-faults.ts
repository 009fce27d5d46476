import { endlessTrickle, redirect, stalledBody, unaskedEncoding, unboundedBody } from './raw/body-faults.ts';
import {
  badTls,
  closedBeforeHeaders,
  refused,
  resetBeforeHeaders,
  silentHandshake,
  unresolvable,
} from './raw/connection-faults.ts';
import {
  contradictoryFraming,
  cutChunks,
  hugeHeaders,
  interimResponses,
  lateHeaders,
  lengthTooLong,
  lengthTooShort,
  noFraming,
  notHttp,
  poisonedQueue,
} from './raw/framing-faults.ts';
import { http2Refusals } from './raw/http2-faults.ts';
import type { NetworkFault } from './raw/network-fault.ts';

export type { NetworkFault } from './raw/network-fault.ts';

/** The network faults of the fault catalogue, each in the ways it can be done on loopback. */
export const networkFaults = {
  N01: refused,
  N02: unresolvable,
  N03: badTls,
  N04: silentHandshake,
  N05: closedBeforeHeaders,
  N06: resetBeforeHeaders,
  N07: lateHeaders,
  N08: notHttp,
  N09: hugeHeaders,
  N10: lengthTooLong,
  N11: lengthTooShort,
  N12: noFraming,
  N13: cutChunks,
  N14: contradictoryFraming,
  N15: stalledBody,
  N16: endlessTrickle,
  N17: interimResponses,
  N18: poisonedQueue,
  N19: unaskedEncoding,
  N20: redirect,
  N21: http2Refusals,
  N22: unboundedBody,
} as const satisfies Record<string, readonly NetworkFault[]>;

export type NetworkFaultId = keyof typeof networkFaults;
