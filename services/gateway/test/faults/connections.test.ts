import { networkFaults } from '@holdfast/simulator/network-faults';
import { startRawUpstream } from '@holdfast/simulator/raw-upstream';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import { startGateway } from '../start-gateway.ts';
import { ask, breakerOpen, codesOf, endedWell, pair, protocolOf, saidIn, WAYS } from './pair.ts';

const scripted = (id: 'N05' | 'N06' | 'N18', name: RegExp) =>
  networkFaults[id].find((fault) => name.test(fault.name))!;

describe('a connection that has served before', () => {
  for (const [id, end] of [
    ['N05', 'FIN'],
    ['N06', 'RST'],
  ] as const) {
    for (const way of WAYS) {
      test(`${id} ${way}: ${end} instead of the second answer is tried once more on a new connection, and nobody is blamed`, async () => {
        await using upstream = await scripted(id, /^stale/).start();
        await using simulator = await startSimulator();
        await using gateway = await startGateway(
          pair({
            primary: upstream.baseUrl,
            secondary: simulator.baseUrl('secondary'),
            protocol: protocolOf(way),
          }),
        );
        await ask(gateway, way);
        const second = await ask(gateway, way);
        expect(saidIn(second)).toContain('Hello from raw');
        expect(endedWell(second, way)).toBe(true);
        expect(codesOf(gateway)).toEqual([id, 'ok']);
        expect(second.headers.get('x-holdfast-fallback')).toBe('none');
        expect(upstream.accepted()).toBe(2);
        expect(simulator.requests('secondary')).toHaveLength(0);
        expect(await breakerOpen(gateway)).toBe(false);
      });
    }
  }

  test('N05: when all that are kept are stale, the second try still gets a new one', async () => {
    // Holds the first answers back until all have come, so that each opens a connection; later requests on these die.
    const kept = 4;
    let release = () => {};
    const all = new Promise<void>((resolve) => {
      release = resolve;
    });
    await using upstream = await startRawUpstream(async (connection) => {
      if (!(await connection.nextRequest())) return;
      if (upstream.connections.length === kept) release();
      await all;
      const body = '{"choices":[{"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}]}';
      await connection.write(
        `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
      if (await connection.nextRequest()) connection.reset();
    });
    await using gateway = await startGateway(pair({ primary: upstream.baseUrl, secondary: null }));
    const first = await Promise.all(Array.from({ length: kept }, () => ask(gateway, 'chat')));
    expect(first.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const next = await ask(gateway, 'chat');
    expect(next.status).toBe(200);
    expect(codesOf(gateway)).toEqual(['N06', 'ok']);
    expect(upstream.accepted()).toBe(kept + 1);
  });

  for (const way of WAYS) {
    test(`N18 ${way}: a response that nobody asked for answers nobody`, async () => {
      await using upstream = await scripted('N18', /second response/).start();
      await using gateway = await startGateway(
        pair({ primary: upstream.baseUrl, secondary: null, protocol: protocolOf(way) }),
      );
      for (let i = 0; i < 3; i++) {
        const answer = await ask(gateway, way);
        expect(answer.status).toBe(200);
        expect(answer.text).not.toContain("someone else's answer");
        expect(saidIn(answer)).toContain('Hello from raw');
        // The extra response is on its way: the connection it comes on must not be used again.
        await upstream.waitForAllClosed();
      }
      expect(upstream.accepted()).toBe(3);
      expect(await breakerOpen(gateway)).toBe(false);
    });
  }
});
