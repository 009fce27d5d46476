import { startRawUpstream } from '../raw-upstream.ts';
import { completeResponse, goodAnswer } from './good-answer.ts';
import { type NetworkFault, scripted } from './network-fault.ts';
import type { RawConnection } from './raw-connection.ts';
import { selfSignedCertificate } from './self-signed-certificate.ts';

/** A host name that no resolver is ever asked for: its label is longer than DNS allows (63). */
const UNRESOLVABLE = `${'x'.repeat(64)}.test`;

const HOUR_MS = 3_600_000;

export const refused: readonly NetworkFault[] = [
  {
    name: 'connection refused',
    shows: 'error',
    async start() {
      const upstream = await startRawUpstream(() => {});
      await upstream.close();
      return upstream;
    },
  },
];

export const unresolvable: readonly NetworkFault[] = [
  {
    name: 'host name without address',
    shows: 'error',
    async start() {
      const upstream = await startRawUpstream(() => {});
      const url = `http://${UNRESOLVABLE}:${upstream.port}`;
      return { ...upstream, url, baseUrl: `${url}/v1` };
    },
  },
];

/** Serves the request, if the handshake ever gets that far. */
async function serve(connection: RawConnection): Promise<void> {
  for (let request = await connection.nextRequest(); request; request = await connection.nextRequest()) {
    await connection.write(completeResponse(goodAnswer(request)));
  }
}

function withCertificate(
  name: string,
  options: () => Parameters<typeof selfSignedCertificate>[0],
): NetworkFault {
  return {
    name,
    shows: 'error',
    start: () => startRawUpstream(serve, { tls: selfSignedCertificate(options()) }),
  };
}

export const badTls: readonly NetworkFault[] = [
  scripted(
    'TLS spoken to a plain port',
    'error',
    async (connection) => {
      await connection.pause(5);
      await connection.write('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n');
      connection.end();
    },
    { scheme: 'https' },
  ),
  withCertificate('expired certificate', () => ({
    notBefore: new Date(Date.now() - 2 * HOUR_MS),
    notAfter: new Date(Date.now() - HOUR_MS),
  })),
  withCertificate('certificate for another name', () => ({ names: ['other.example'], addresses: [] })),
  withCertificate('certificate nobody vouches for', () => ({})),
];

export const silentHandshake: readonly NetworkFault[] = [
  scripted('accepts, and never answers the TLS handshake', 'timeout', () => {}, { scheme: 'https' }),
];

/** Answers the first request of a connection and does this to the next one. */
function stale(end: (connection: RawConnection) => void) {
  return async (connection: RawConnection): Promise<void> => {
    const first = await connection.nextRequest();
    if (!first) return;
    await connection.write(completeResponse(goodAnswer(first)));
    if (await connection.nextRequest()) end(connection);
  };
}

/** Does this to the first request. */
function fresh(end: (connection: RawConnection) => void) {
  return async (connection: RawConnection): Promise<void> => {
    if (await connection.nextRequest()) end(connection);
  };
}

export const closedBeforeHeaders: readonly NetworkFault[] = [
  scripted('accepts, then FIN at once', 'error', (connection) => connection.end()),
  scripted(
    'FIN instead of headers',
    'error',
    fresh((connection) => connection.end()),
  ),
  // The first request is served: what shows is up to the second one on the same connection.
  scripted(
    'stale connection: FIN instead of the second answer',
    'nothing',
    stale((connection) => connection.end()),
  ),
];

export const resetBeforeHeaders: readonly NetworkFault[] = [
  scripted('accepts, then RST at once', 'error', (connection) => connection.reset()),
  scripted(
    'RST instead of headers',
    'error',
    fresh((connection) => connection.reset()),
  ),
  scripted(
    'stale connection: RST instead of the second answer',
    'nothing',
    stale((connection) => connection.reset()),
  ),
];
