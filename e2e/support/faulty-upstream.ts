import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { FaultName } from '@holdfast/simulator/behaviour';
import { networkFaults } from '@holdfast/simulator/network-faults';
import { seededRandom } from '@holdfast/simulator/random';
import { completeResponse, goodAnswer, head } from '@holdfast/simulator/raw/good-answer';
import { type RawConnection, rawConnection } from '@holdfast/simulator/raw/raw-connection';
import type { RawRequest } from '@holdfast/simulator/raw/request-reader';
import type { SelfSigned } from '@holdfast/simulator/raw/self-signed-certificate';
import type { RawScript } from '@holdfast/simulator/raw-upstream';
import { providerFault } from './provider-fault.ts';

/** A provider on a raw socket that fails a share of its requests, each in a way drawn from the seed. */
export interface FaultyUpstream extends AsyncDisposable {
  readonly baseUrl: string;
  /** How often each way was drawn, by its code; `ok`: a good answer. */
  readonly drawn: Readonly<Record<string, number>>;
  /** The bodies that arrived; may be emptied. */
  readonly bodies: string[];
}

export interface FaultyUpstreamOptions {
  readonly seed: number;
  /** Chance of a fault, 0 to 1. */
  readonly failing: number;
  /** Speaks TLS with this certificate; only then can a handshake stay unanswered (N04). */
  readonly tls?: SelfSigned;
}

/** What happens to one request. Some faults can only befall a connection: the next one then meets them. */
type Way = { readonly code: string } & (
  | { readonly script: RawScript }
  | { readonly next: 'refuse' | 'silence' }
);

/** Provider answers of P18 to P24 that must send a request elsewhere; P23 is a valid answer and no fault. */
const PROVIDER_FAULTS: readonly (readonly [string, FaultName])[] = [
  ['P18', 'openai_500'],
  ['P18', 'server_503'],
  ['P19', 'nginx_502'],
  ['P19', 'cloudflare_524'],
  ['P20', 'html'],
  ['P21', 'error_in_200'],
  ['P22', 'empty'],
  ['P22', 'empty_choices'],
  ['P24', 'network_error_finish'],
];

/** How long nobody listens when a connection is to be refused. */
const REFUSING_MS = 50;

/** Every way to fail that one upstream can have now and then. N02, N03 and N21 are in an address and cannot come and go. */
function waysToFail(tls: boolean): Way[][] {
  const ways = new Map<string, Way[]>([['N01', [{ code: 'N01', next: 'refuse' }]]]);
  const add = (way: Way) => ways.set(way.code, [...(ways.get(way.code) ?? []), way]);
  if (tls) add({ code: 'N04', next: 'silence' });
  for (const [code, faults] of Object.entries(networkFaults)) {
    if (Number(code.slice(1)) < 5 || code === 'N18') continue;
    for (const { name, script } of faults) if (script && !name.startsWith('stale')) add({ code, script });
  }
  add({ code: 'N18', script: answerTwice });
  for (const [code, fault] of PROVIDER_FAULTS) {
    add({
      code,
      async script(connection) {
        const request = await connection.nextRequest();
        if (request) await connection.write(providerFault(request, fault));
      },
    });
  }
  return [...ways.values()];
}

export async function startFaultyUpstream({
  seed,
  failing,
  tls,
}: FaultyUpstreamOptions): Promise<FaultyUpstream> {
  const random = seededRandom(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const ways = waysToFail(tls !== undefined);
  const drawn: Record<string, number> = {};
  const bodies: string[] = [];
  const sockets = new Set<Socket>();
  let silences = 0;
  let connections = 0;

  async function serve(connection: RawConnection): Promise<void> {
    for (let request = await connection.nextRequest(); request; request = await connection.nextRequest()) {
      bodies.push(request.body.toString());
      const way: Way | null = random() < failing ? pick(pick(ways)) : null;
      const code = way?.code ?? 'ok';
      drawn[code] = (drawn[code] ?? 0) + 1;
      if (way && 'script' in way) await playOnce(connection, request, way.script);
      else if (way) await answerAndPrepare(connection, request, way.next);
      else await connection.write(completeResponse(goodAnswer(request)));
    }
  }

  async function answerAndPrepare(
    connection: RawConnection,
    request: RawRequest,
    next: 'refuse' | 'silence',
  ): Promise<void> {
    const { contentType, body } = goodAnswer(request);
    if (next === 'silence') silences++;
    else refuseForAWhile();
    const headers = [`content-type: ${contentType}`, `content-length: ${body.length}`, 'connection: close'];
    await connection.write(Buffer.concat([Buffer.from(head('200 OK', headers)), body]));
    connection.end();
  }

  const accept = (socket: Socket) =>
    void serve(rawConnection(++connections, socket, () => {})).catch(() => socket.destroy());
  const secure = tls && createTlsServer({ ...tls }, accept).on('tlsClientError', () => {});
  const listener = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    if (silences > 0) silences--;
    else if (secure) secure.emit('connection', socket);
    else accept(socket);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  let reopening: NodeJS.Timeout | undefined;

  function refuseForAWhile(): void {
    if (!listener.listening) return;
    listener.close();
    reopening = setTimeout(() => listener.listen(port, '127.0.0.1'), REFUSING_MS);
  }

  return {
    baseUrl: `${tls ? 'https' : 'http'}://127.0.0.1:${port}/v1`,
    drawn,
    bodies,
    async [Symbol.asyncDispose]() {
      clearTimeout(reopening);
      for (const socket of sockets) socket.destroy();
      if (listener.listening) {
        listener.close();
        await once(listener, 'close');
      }
    },
  };
}

/**
 * An answer and, in the same breath, one that nobody asked for. A moment later it could meet the next request on its way,
 * and be taken for its answer by any client of HTTP/1.1.
 */
async function answerTwice(connection: RawConnection): Promise<void> {
  const request = await connection.nextRequest();
  if (!request) return;
  const surplus = goodAnswer({
    ...request,
    body: Buffer.from('{"messages":[{"role":"user","content":"somebody else"}]}'),
  });
  await connection.write(Buffer.concat([completeResponse(goodAnswer(request)), completeResponse(surplus)]));
}

/** Plays a script that would serve a whole connection on a single request of it. */
async function playOnce(connection: RawConnection, request: RawRequest, script: RawScript): Promise<void> {
  let given = false;
  let wrote = false;
  await script({
    ...connection,
    write(bytes) {
      wrote = true;
      return connection.write(bytes);
    },
    async nextRequest() {
      if (given) return null;
      given = true;
      return request;
    },
  });
  // A script that says nothing has the caller wait.
  if (!wrote) await connection.closed;
}
