import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { allowedLookup } from '@holdfast/config/allowed-lookup';
import { classify } from '@holdfast/core/classify/classify';
import { transportCause } from '@holdfast/core/transport-cause';
import type { Observation } from '@holdfast/core/verdict';
import { credentialHeader, upstreamPath } from '@holdfast/dialects/upstream-call';
import express, { type Request, type RequestHandler } from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { ANY_MODEL, accountOpaque } from './account-opaque.ts';
import type { Gateway } from './gateway.ts';
import { NO_CLUSTER } from './metrics/labels.ts';
import { type OpaqueAnswer, sendOpaqueAnswer, sendOpaqueError } from './respond/opaque-answer.ts';
import { sendPlainError } from './respond/send-plain-error.ts';
import { type EndpointRuntime, standing } from './states/endpoint-runtime.ts';

/** Bodies that cannot be replayed: multipart uploads and the like. One attempt at the best endpoint, nothing held in memory. */
const OPAQUE = /^\/(?:v1\/)?((?:audio|files)(?:\/[\w.~-]+)*|images\/edits|images\/variations)$/;

const IMAGES = /\/images\//;

interface OpaqueCall {
  readonly runtime: EndpointRuntime;
  readonly answer: OpaqueAnswer;
}

/** Proxies what has nothing to retry; other paths go on to the next handler. */
export function proxyOpaque(
  gateway: Gateway,
  requestId: (offered: string | undefined) => string,
): RequestHandler {
  const router = express.Router();
  const calls = new WeakMap<object, OpaqueCall>();
  // A connection of its own for each: Node's agent would answer the next call with what a provider sends unasked (FAULTS N18).
  const options = { keepAlive: false, lookup: allowedLookup() };
  const agents = { http: new HttpAgent(options), https: new HttpsAgent(options) };
  const proxyFor = (protocol: 'http' | 'https') =>
    createProxyMiddleware<Request>({
      target: 'http://127.0.0.1',
      changeOrigin: true,
      agent: agents[protocol],
      followRedirects: false,
      selfHandleResponse: true,
      proxyTimeout: gateway.routing.config.timeouts.totalMs,
      router: (request) => new URL(calls.get(request)!.runtime.endpoint.baseUrl).origin,
      pathRewrite: (_path, request) => {
        const { endpoint } = calls.get(request)!.runtime;
        const [path, query] = request.originalUrl.split('?', 2);
        const below = `/${OPAQUE.exec(path!)![1]}`;
        const target = upstreamPath(endpoint, below);
        return query === undefined ? target : `${target}${target.includes('?') ? '&' : '?'}${query}`;
      },
      on: {
        proxyReq: (outgoing, request) => {
          const { runtime, answer } = calls.get(request)!;
          for (const name of outgoing.getHeaderNames()) {
            if (!KEPT_REQUEST_HEADERS.has(name)) outgoing.removeHeader(name);
          }
          for (const [name, value] of Object.entries(runtime.endpoint.headers))
            outgoing.setHeader(name, value);
          if (answer.credential !== null)
            outgoing.setHeader(...credentialHeader(runtime.endpoint, answer.credential));
        },
        proxyRes: (incoming, request, response) =>
          sendOpaqueAnswer(incoming, response, calls.get(request)!.answer),
        error: (error, request, response) => {
          gateway.logger.warn({ err: error }, 'opaque call failed');
          const call = calls.get(request);
          if (!call || !('writeHead' in response)) return;
          // The proxy's own timer ends a silent call by cutting it.
          const { totalMs } = gateway.routing.config.timeouts;
          const late = gateway.now() - call.answer.nowMs >= totalMs;
          const observation: Observation = late
            ? { kind: 'timeout', timer: 'headers', afterMs: totalMs }
            : {
                kind: 'transport',
                cause: transportCause(error, response.headersSent).cause,
                reusedSocket: false,
                detail: '',
              };
          const verdict = classify(observation, call.answer);
          call.answer.verdict ??= verdict;
          sendOpaqueError(response, call.answer, verdict.clientStatus, {
            message: 'The provider did not answer. A body of this kind is not retried.',
            type: 'upstream_error',
            code: 'all_attempts_failed',
            param: null,
          });
        },
      },
    });
  const proxies = { http: proxyFor('http'), https: proxyFor('https') };

  router.use((request, response, next) => {
    if (!OPAQUE.test(request.path)) return next();
    const runtime = bestEndpoint(gateway, request.path);
    if (!runtime) {
      gateway.metrics.forCluster(NO_CLUSTER).request('openai', 'rejected');
      sendPlainError(response, { status: 404, message: `No endpoint serves ${request.path}.` });
      return;
    }
    const { endpoint } = runtime;
    const token =
      endpoint.tokenPool === null
        ? null
        : gateway.tokens.take(endpoint.tokenPool, { model: ANY_MODEL, tried: [], nowMs: gateway.now() });
    const answer: OpaqueAnswer = {
      requestId: requestId(request.get('x-request-id')),
      endpoint: endpoint.name,
      cluster: endpoint.cluster,
      pooled: token !== null,
      credential: endpoint.apiKey ?? token?.value ?? null,
      nowMs: gateway.now(),
      verdict: null,
    };
    calls.set(request, { runtime, answer });
    accountOpaque(gateway, runtime, token, answer, response);
    proxies[endpoint.baseUrl.startsWith('https:') ? 'https' : 'http'](request, response, next);
  });
  return router;
}

const KEPT_REQUEST_HEADERS = new Set([
  'host',
  'content-type',
  'content-length',
  'transfer-encoding',
  'accept',
  'user-agent',
  'connection',
  'expect',
  'openai-beta',
]);

/** Of the endpoints that speak OpenAI's protocol: one in rotation, best tier first, of the first cluster that has any. */
function bestEndpoint(gateway: Gateway, path: string): EndpointRuntime | null {
  const serves = ({ endpoint }: EndpointRuntime): boolean =>
    endpoint.protocol === 'openai' && (!IMAGES.test(path) || endpoint.dialects.includes('openai-images'));
  for (const { tiers } of gateway.routing.clusters.values()) {
    const able = tiers.flat().filter(serves);
    const free = able.find((runtime) => standing(runtime, ANY_MODEL, gateway.now()).kind === 'available');
    if (able.length > 0) return free ?? able[0]!;
  }
  return null;
}
