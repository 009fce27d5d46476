import type { Verdict } from '@holdfast/core/verdict';
import { startRawUpstream } from '@holdfast/simulator/raw-upstream';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import type { EndpointRuntime } from '../../src/states/endpoint-runtime.ts';
import { createNameService } from '../../src/states/name-service.ts';
import { startGateway } from '../start-gateway.ts';
import { ask, breakerOpen, codesOf, pair } from './pair.ts';

/** Labels longer than a name service is ever asked for. */
const UNKNOWN = ['x', 'y'].map((letter) => `http://${letter.repeat(64)}.test/v1`);

describe('N02 when no name can be found', () => {
  test('nobody is blamed, the client gets 502, and it is told once', async () => {
    await using gateway = await startGateway(
      pair({ primary: UNKNOWN[0]!, secondary: UNKNOWN[1]!, more: { retry: { max_attempts: 2 } } }),
    );
    for (let i = 0; i < 3; i++) {
      const got = await ask(gateway, 'chat');
      expect(got.status).toBe(502);
      expect(codesOf(gateway)).toEqual(['N02', 'N02']);
    }
    for (const name of ['primary', 'secondary']) expect(await breakerOpen(gateway, name)).toBe(false);
    expect(gateway.lines().filter(({ msg }) => /name service/.test(String(msg)))).toHaveLength(1);
  });

  test('but when only one cannot, that one is to blame', async () => {
    await using simulator = await startSimulator();
    const byName = simulator.baseUrl('secondary').replace('127.0.0.1', 'localhost');
    await using gateway = await startGateway(pair({ primary: UNKNOWN[0]!, secondary: byName }));
    expect((await ask(gateway, 'chat')).status).toBe(200);
    expect(await breakerOpen(gateway)).toBe(true);
  });

  test('an only name is to blame by itself', async () => {
    await using upstream = await startRawUpstream(() => {});
    await using gateway = await startGateway(pair({ primary: UNKNOWN[0]!, secondary: upstream.baseUrl }));
    await upstream.close();
    await ask(gateway, 'chat');
    expect(await breakerOpen(gateway)).toBe(true);
  });

  test('a name that was found lately proves that names are', () => {
    const runtime = (hostname: string) => ({ connections: { hostname } }) as unknown as EndpointRuntime;
    const [a, b] = [runtime('a.test'), runtime('b.test')];
    let nowMs = 0;
    const names = createNameService({
      logger: { error: () => {} } as never,
      now: () => nowMs,
      endpoints: () => [a, b],
    });
    const blamed: string[] = [];
    const judge = (name: string, at: EndpointRuntime, code: string) =>
      names.judge(at, { code, result: code === 'ok' ? 'ok' : 'connect_error' } as Verdict, () =>
        blamed.push(name),
      );
    judge('found', b, 'ok');
    judge('lost', a, 'N02');
    expect(blamed).toEqual(['found', 'lost']);
    nowMs = 60_000;
    judge('lost later', a, 'N02');
    expect(blamed).toEqual(['found', 'lost']);
    judge('found again', b, 'ok');
    expect(blamed).toEqual(['found', 'lost', 'found again', 'lost later']);
  });
});
