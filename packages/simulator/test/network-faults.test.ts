import { describe, expect, test } from '@jest/globals';
import { type NetworkFault, type NetworkFaultId, networkFaults } from '../src/network-faults.ts';
import { completeResponse, goodAnswer } from '../src/raw/good-answer.ts';
import { startRawUpstream } from '../src/raw-upstream.ts';
import { chat, openClient } from './support/requests.ts';

/** What undici reports, as the fault catalogue has measured it; null: an answer arrives. */
const symptoms: Record<NetworkFaultId, RegExp | null> = {
  N01: /ECONNREFUSED/,
  N02: /ENOTFOUND|EAI_AGAIN/,
  N03: /ERR_SSL_WRONG_VERSION_NUMBER|CERT_HAS_EXPIRED|ERR_TLS_CERT_ALTNAME_INVALID|DEPTH_ZERO_SELF_SIGNED_CERT/,
  N04: /UND_ERR_CONNECT_TIMEOUT/,
  N05: /UND_ERR_SOCKET/,
  N06: /ECONNRESET/,
  N07: /given up/,
  N08: /HTTPParserError/,
  N09: /UND_ERR_HEADERS_OVERFLOW/,
  N10: /UND_ERR_SOCKET/,
  N11: null,
  N12: null,
  N13: /UND_ERR_SOCKET|ECONNRESET/,
  N14: /UND_ERR_RES_CONTENT_LENGTH_MISMATCH/,
  N15: /given up/,
  N16: /given up/,
  N17: /UND_ERR_SOCKET/,
  N18: null,
  N19: null,
  N20: null,
  N21: /UND_ERR_SOCKET|ERR_HTTP2_STREAM_ERROR/,
  N22: /given up|UND_ERR_RES_EXCEEDED_MAX_SIZE/,
};

/** Sends one request; what came back, or undici's error as `name code message`. */
async function meet(fault: NetworkFault, stream: boolean) {
  await using upstream = await fault.start();
  // Without the authority the certificate itself would be the fault.
  const ca = fault.name.includes('nobody vouches') ? undefined : (upstream.ca ?? undefined);
  await using client = openClient({
    allowH2: fault.name.startsWith('HTTP/2'),
    connect: { timeout: 300, ...(ca !== undefined && { ca }) },
    maxResponseSize: 8 * 1024 * 1024,
  });
  const patience = new AbortController();
  // What never ends is given up once the upstream has the request; the rest ends by itself.
  if (fault.shows === 'timeout' && upstream.url.startsWith('http:')) {
    void upstream.waitForRequests(1).then(() => setTimeout(() => patience.abort(new Error('given up')), 100));
  }
  try {
    const received = await client.send(`${upstream.baseUrl}/chat/completions`, chat('hi', { stream }), {
      signal: patience.signal,
    });
    return { received, error: null, requests: upstream.requests() };
  } catch (thrown) {
    const { name, code, message } = thrown as Error & { code?: string };
    return { received: null, error: `${name} ${code} ${message}`, requests: upstream.requests() };
  }
}

const variants = (Object.keys(networkFaults) as NetworkFaultId[]).flatMap((id) =>
  networkFaults[id].map((fault) => ({ id, fault, name: fault.name })),
);

describe.each([false, true])('the network faults of the catalogue, met by undici (stream %p)', (stream) => {
  test.each(variants)('$id $name', async ({ id, fault }) => {
    const { received, error, requests } = await meet(fault, stream);
    if (fault.shows === 'error' || fault.shows === 'timeout') {
      expect(error).toMatch(symptoms[id]!);
      return;
    }
    expect(error).toBeNull();
    expect(requests).toHaveLength(1);
    const good =
      received?.status === 200 && (stream ? /\[DONE\]\n\n$/.test(received.text) : isJson(received.text));
    expect(good).toBe(fault.shows === 'nothing');
  });
});

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}

test.each([
  ['N05', 'UND_ERR_SOCKET'],
  ['N06', 'ECONNRESET'],
] as const)(
  '%s on a stale connection: the first request is served, the second on it is not',
  async (id, code) => {
    const stale = networkFaults[id].find(({ name }) => name.startsWith('stale'))!;
    await using upstream = await stale.start();
    await using client = openClient({ connections: 1 });
    const url = `${upstream.baseUrl}/chat/completions`;
    expect((await client.send(url, chat())).status).toBe(200);
    await expect(client.send(url, chat())).rejects.toMatchObject({ code });
    expect(upstream.connections).toHaveLength(1);
    expect((await client.send(url, chat())).status).toBe(200);
    expect(upstream.connections).toHaveLength(2);
  },
);

test('N18: the response nobody asked for makes the caller drop the idle connection', async () => {
  const [poisoned] = networkFaults.N18;
  await using upstream = await poisoned!.start();
  await using client = openClient({ connections: 1 });
  const url = `${upstream.baseUrl}/chat/completions`;
  expect((await client.send(url, chat('mine'))).text).toContain('you said: mine');
  await upstream.waitForAllClosed();
  expect((await client.send(url, chat('again'))).text).toContain('you said: again');
  expect(upstream.connections).toHaveLength(2);
});

describe('a raw upstream', () => {
  test('records every byte, request by request, however they are framed', async () => {
    await using upstream = await startRawUpstream(async (connection) => {
      for (let request = await connection.nextRequest(); request; request = await connection.nextRequest()) {
        await connection.write(completeResponse(goodAnswer(request)));
      }
    });
    await using client = openClient({ connections: 1 });
    const url = `${upstream.baseUrl}/chat/completions`;
    await client.send(url, chat('one'), { token: 'sk-1' });
    await fetch(url, {
      method: 'POST',
      body: new Blob([JSON.stringify(chat('two'))]).stream(),
      duplex: 'half',
    } as RequestInit);
    const [first, second] = await upstream.waitForRequests(2);
    expect(first).toMatchObject({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: { authorization: 'Bearer sk-1' },
      connectionId: 1,
    });
    expect(JSON.parse(first?.body.toString() ?? '')).toEqual(chat('one'));
    expect(second?.headers['transfer-encoding']).toBe('chunked');
    expect(JSON.parse(second?.body.toString() ?? '')).toEqual(chat('two'));
    expect(upstream.connections[0]?.received().toString()).toBe(`${first?.head}\r\n\r\n${first?.body}`);
  });

  test('counts connections whose handshake fails', async () => {
    const expired = networkFaults.N03.find(({ name }) => name.startsWith('expired'))!;
    await using upstream = await expired.start();
    await using client = openClient();
    await expect(client.send(upstream.baseUrl, chat())).rejects.toThrow();
    expect(upstream.accepted()).toBe(1);
    expect(upstream.connections).toHaveLength(0);
  });

  test('a script that fails closes its connection, and only that', async () => {
    let calls = 0;
    await using upstream = await startRawUpstream(async (connection) => {
      const request = await connection.nextRequest();
      if (!request) return;
      calls += 1;
      if (calls === 1) throw new Error('a mistake in the script');
      await connection.write(completeResponse(goodAnswer(request)));
    });
    await using client = openClient();
    await expect(client.send(`${upstream.baseUrl}/chat/completions`, chat())).rejects.toThrow();
    expect((await client.send(`${upstream.baseUrl}/chat/completions`, chat())).status).toBe(200);
  });
});
