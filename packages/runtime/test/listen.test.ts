import { once } from 'node:events';
import { Agent, get, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { expect, test } from '@jest/globals';
import { listen } from '../src/listen.ts';

async function start(handler: RequestListener) {
  const listening = await listen(handler, { host: '127.0.0.1', port: 0 });
  return Object.assign(listening, { [Symbol.asyncDispose]: () => listening.close() });
}

/** A server whose answers are given by the test. */
async function startHeld() {
  const waiting: ServerResponse[] = [];
  let noticed: () => void = () => {};
  const server = await start((_request, response) => {
    waiting.push(response);
    noticed();
  });
  const arrived = async () => {
    while (waiting.length === 0) await new Promise<void>((resolve) => (noticed = resolve));
    return waiting.shift()!;
  };
  return Object.assign(server, { arrived });
}

const ask = async (url: string, agent?: Agent): Promise<IncomingMessage> => {
  const [response] = await once(get(url, agent ? { agent } : {}), 'response');
  return response as IncomingMessage;
};

test('port 0 gives a free port, and a taken one is refused with the reason', async () => {
  await using server = await start((_request, response) => void response.end());
  expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
  await expect(listen(() => {}, { host: '127.0.0.1', port: server.port })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
});

test('closing lets a running exchange end, refuses new connections, and waits for nothing else', async () => {
  await using server = await startHeld();
  using agent = disposable(new Agent({ keepAlive: true }));
  const answer = ask(server.url, agent);
  const held = await server.arrived();
  const idle = connect(server.port, '127.0.0.1');
  await once(idle, 'connect');
  const idleClosed = once(idle, 'close');
  idle.resume();

  const closed = server.close(60_000);
  await expect(ask(server.url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  held.end('done');
  const response = await answer;
  response.setEncoding('utf8');
  expect(await response.toArray()).toEqual(['done']);
  // Well before the keep-alive timeout of 5 s and the drain time of 60 s, or the test times out.
  await closed;
  await idleClosed;
});

test('an answer that is written but still being read is not cut by closing', async () => {
  const size = 50_000_000;
  await using server = await start((_request, response) => void response.end(Buffer.alloc(size)));
  const response = await ask(server.url);
  const closed = server.close(60_000);
  let read = 0;
  for await (const chunk of response) read += (chunk as Buffer).length;
  expect(read).toBe(size);
  await closed;
});

test('what outlasts the drain time is cut', async () => {
  await using server = await startHeld();
  const answer = ask(server.url).then(
    () => 'answered',
    (error: NodeJS.ErrnoException) => error.code,
  );
  await server.arrived();
  await server.close(20);
  expect(await answer).toBe('ECONNRESET');
});

function disposable(agent: Agent): Agent & Disposable {
  return Object.assign(agent, { [Symbol.dispose]: () => agent.destroy() });
}
