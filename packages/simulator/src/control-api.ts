import type { IncomingMessage, ServerResponse } from 'node:http';
import { InvalidInput, parseBehaviours, parseScenario } from './parse.ts';
import { readBody } from './read-body.ts';
import type { RecordedRequest, Simulator } from './simulator.ts';

export const CONTROL_PREFIX = '/_control';

const DEFAULT_LIMIT = 100;

interface ControlCall {
  readonly simulator: Simulator;
  /** What `*` in the route's path stood for. */
  readonly name: string;
  readonly query: URLSearchParams;
  readonly body: string;
}

type Route = (call: ControlCall) => unknown;

/** `METHOD path` -> what it does; what it returns is sent as JSON. `*` stands for an upstream's name. */
const ROUTES: Readonly<Record<string, Route>> = {
  'GET /health': () => ({ status: 'ok' }),
  'GET /upstreams': ({ simulator }) => simulator.behaviours(),
  'PUT /upstreams/*': ({ simulator, name, body }) => {
    const behaviours = parseBehaviours(body);
    simulator.behave(name, behaviours);
    return { upstream: name, behaviours };
  },
  'DELETE /upstreams/*': ({ simulator, name }) => {
    simulator.clearBehaviour(name);
    return { upstream: name, behaviours: [] };
  },
  'GET /requests': ({ simulator, query }) => {
    const limit = Number(query.get('limit') ?? DEFAULT_LIMIT);
    if (!Number.isInteger(limit) || limit < 1)
      throw new InvalidInput('limit: expected a whole number above 0');
    return {
      requests: simulator
        .requests(query.get('upstream') ?? undefined)
        .slice(-limit)
        .map(shown),
    };
  },
  'DELETE /requests': ({ simulator }) => {
    simulator.forget();
    return { requests: [] };
  },
  'GET /counts': ({ simulator }) => simulator.counts(),
  'GET /scenario': ({ simulator }) => simulator.progress(),
  'PUT /scenario': ({ simulator, body }) => {
    simulator.play(parseScenario(body));
    return simulator.progress();
  },
  'DELETE /scenario': ({ simulator }) => {
    simulator.stopScenario();
    return null;
  },
  'POST /reset': ({ simulator }) => {
    simulator.reset();
    return { status: 'ok' };
  },
};

/** Answers under `/_control`, whatever the upstreams are told to do. Never rejects. */
export async function answerControl(
  simulator: Simulator,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const url = new URL(req.url ?? '/', 'http://simulator');
  const path = url.pathname.slice(CONTROL_PREFIX.length);
  const [, collection = '', name] = path.split('/');
  const route = ROUTES[`${req.method} /${collection}${name === undefined ? '' : '/*'}`];
  if (!route)
    return send(res, 404, {
      error: { message: `Unknown: ${req.method} ${path}. Known: ${Object.keys(ROUTES).join(', ')}` },
    });
  const body = (await readBody(req)).toString();
  try {
    send(res, 200, route({ simulator, name: decodeURIComponent(name ?? ''), query: url.searchParams, body }));
  } catch (error) {
    if (error instanceof InvalidInput || error instanceof URIError)
      send(res, 400, { error: { message: error.message } });
    else send(res, 500, { error: { message: String(error) } });
  }
}

function send(res: ServerResponse, status: number, value: unknown): void {
  const body = Buffer.from(`${JSON.stringify(value)}\n`);
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length });
  res.end(body);
}

function shown({ json: _json, bodyBytes: _bodyBytes, ...rest }: RecordedRequest) {
  return rest;
}
