import { constants, performServerHandshake, type ServerHttp2Session } from 'node:http2';
import { startRawUpstream } from '../raw-upstream.ts';
import type { NetworkFault } from './network-fault.ts';
import { selfSignedCertificate } from './self-signed-certificate.ts';

/** A TLS upstream that speaks HTTP/2 and refuses that way. A caller that offers no `h2` gets no answer at all. */
function http2Fault(name: string, refuse: (session: ServerHttp2Session) => void): NetworkFault {
  return {
    name,
    shows: 'error',
    start: () =>
      startRawUpstream(
        ({ socket }) => {
          const session = performServerHandshake(socket);
          session.on('error', () => {});
          refuse(session);
        },
        { tls: selfSignedCertificate(), alpn: ['h2'] },
      ),
  };
}

export const http2Refusals: readonly NetworkFault[] = [
  http2Fault('HTTP/2 GOAWAY instead of an answer', (session) => {
    session.on('stream', () => session.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM));
  }),
  http2Fault('HTTP/2 REFUSED_STREAM', (session) => {
    session.on('stream', (stream) => {
      stream.on('error', () => {}); // the refusal is reported here too
      stream.close(constants.NGHTTP2_REFUSED_STREAM);
    });
  }),
];
