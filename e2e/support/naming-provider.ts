import { text } from 'node:stream/consumers';
import { listen } from '@holdfast/runtime/listen';

/** A chat provider that answers everybody with the `user-agent` of the call, which the gateway passes on. */
export interface NamingProvider extends AsyncDisposable {
  readonly baseUrl: string;
  calls(): number;
}

/** Takes up to `slowestMs` for an answer, so that equal questions meet. */
export async function startNamingProvider(slowestMs: number): Promise<NamingProvider> {
  let calls = 0;
  const server = await listen(
    async (request, response) => {
      const number = ++calls;
      const { stream } = JSON.parse(await text(request)) as { stream?: boolean };
      await new Promise((resolve) => setTimeout(resolve, (number * 7) % slowestMs));
      const name = String(request.headers['user-agent']);
      const head = { id: `call-${number}`, created: 1, model: 'm' };
      if (!stream) {
        const message = { role: 'assistant', content: `For ${name}.` };
        const choices = [{ index: 0, message, finish_reason: 'stop' }];
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ ...head, object: 'chat.completion', choices }));
        return;
      }
      const event = (delta: object, finish_reason: string | null) =>
        `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
      response.setHeader('content-type', 'text/event-stream');
      response.write(event({ role: 'assistant', content: 'For ' }, null));
      response.write(event({ content: `${name}.` }, null));
      response.end(`${event({}, 'stop')}data: [DONE]\n\n`);
    },
    { host: '127.0.0.1', port: 0 },
  );
  return {
    baseUrl: `${server.url}/v1`,
    calls: () => calls,
    [Symbol.asyncDispose]: () => server.close(),
  };
}
