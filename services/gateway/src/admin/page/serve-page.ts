import { readFileSync } from 'node:fs';
import express, { type Request, type Router } from 'express';
import { clientSetups } from '../client-setup.ts';
import { readStatus, type StatusSources } from '../status.ts';
import { statusPage } from './status-page.ts';

export interface PageParts extends StatusSources {
  /** Of the client port as this machine reaches it. */
  readonly clientUrl: () => string;
}

/** Nothing but the page's own files runs or is loaded, whatever stands in the names that clients chose. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

const FILES = { '/status.css': 'text/css', '/status.js': 'text/javascript' } as const;

/** `/` with its style and script, and `/admin/status`, the same as JSON. */
export function servePage(parts: PageParts): Router {
  const router = express.Router();
  router.get('/', async (request, response) => {
    const { config } = parts.gateway.routing;
    const setups = clientSetups(config, urlFor(request, config.server.host, parts.clientUrl()));
    response
      .set(HEADERS)
      .type('html')
      .send(statusPage(await readStatus(parts), setups));
  });
  router.get('/admin/status', async (_request, response) => {
    response.set('cache-control', 'no-store').json(await readStatus(parts));
  });
  for (const [path, type] of Object.entries(FILES)) {
    const text = readFileSync(new URL(`.${path}`, import.meta.url), 'utf8');
    router.get(path, (_request, response) => {
      response.set(HEADERS).type(type).send(text);
    });
  }
  return router;
}

const EVERYWHERE = ['0.0.0.0', '::'];

/** Where the gateway listens on every address, clients reach it by the name that brought the reader here. */
function urlFor({ hostname }: Request, listensAt: string, ownUrl: string): string {
  if (!EVERYWHERE.includes(listensAt) || !/^(?:[\w.-]+|\[[\da-f:.]+\])$/i.test(hostname ?? '')) return ownUrl;
  const url = new URL(ownUrl);
  url.hostname = hostname;
  return url.origin;
}
