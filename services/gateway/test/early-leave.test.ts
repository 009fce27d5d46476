import { once } from 'node:events';
import { connect } from 'node:net';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { expect, test } from '@jest/globals';
import { chat, startGateway } from './start-gateway.ts';

test('a client that leaves right after its body is noticed, and no provider works for it for long', async () => {
  await using simulator = await startSimulator();
  await using gateway = await startGateway({
    clusters: {
      main: {
        protocol: 'openai',
        endpoints: [{ name: 'only', base_url: simulator.baseUrl('only'), api_key: 'sk-test' }],
      },
    },
    routes: [{ model: '*', cluster: 'main' }],
  });
  simulator.behave('only', { stall: 'before_headers' });
  const body = JSON.stringify(chat());
  for (let i = 0; i < 20; i++) {
    const socket = connect(gateway.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nhost: gateway\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      () => socket.destroy(),
    );
    await once(socket, 'close');
  }
  while (
    (await gateway.metric(
      'holdfast_requests_total{llm_cluster="main",protocol="openai",outcome="cancelled"}',
    )) !== 20
  ) {
    if (gateway.gateway.exchanges.size > 20) throw new Error('more exchanges than requests');
  }
  await simulator.waitForIdle('only');
  expect(gateway.gateway.exchanges.size).toBe(0);
});
