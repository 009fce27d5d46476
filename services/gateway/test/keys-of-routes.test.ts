import { startSimulator } from '@holdfast/simulator/start-simulator';
import { expect, test } from '@jest/globals';
import { pair } from './faults/pair.ts';
import { chat, startGateway } from './start-gateway.ts';

const SHARED_BEGINNING = 'k'.repeat(24);
const KEYS = { none: null, client: `${SHARED_BEGINNING}-client`, admin: `${SHARED_BEGINNING}-admin` };
type Holder = keyof typeof KEYS;

const OPEN: readonly Holder[] = ['none', 'client', 'admin'];
const READ: readonly Holder[] = ['client', 'admin'];
const CHANGE: readonly Holder[] = ['admin'];
const CALL: readonly Holder[] = ['client'];

/** Every route of the client port, and who may use it. */
const ROUTES: readonly (readonly [string, readonly Holder[]])[] = [
  ['GET /health', OPEN],
  ['GET /api/health', OPEN],
  ['GET /v1/models', READ],
  ['GET /v1/models/gpt-4o', READ],
  ['GET /api/status', READ],
  ['GET /v1/tokens/stats', READ],
  ['GET /users/u/posts/tagging_stats', READ],
  ['GET /users/u/posts', READ],
  ['GET /posts/p', READ],
  ['POST /api/check-main-api', CHANGE],
  ['POST /api/check', CHANGE],
  ['POST /v1/tokens/reset', CHANGE],
  ['POST /v1/tokens/rotate', CHANGE],
  ['POST /v1/tokens/validate', CHANGE],
  ['POST /users/u/posts/retry_tagging', CHANGE],
  ['POST /posts/p/regenerate_tags', CHANGE],
  ['POST /users/u/posts', CHANGE],
  ['POST /v1/chat/completions', CALL],
  ['POST /v1/completions', CALL],
  ['POST /v1/responses', CALL],
  ['POST /v1/embeddings', CALL],
  ['POST /v1/images/generations', CALL],
  ['POST /v1/moderations', CALL],
  ['POST /v1/messages', CALL],
  ['POST /v1/messages/count_tokens', CALL],
  ['POST /api/miku/chat', CALL],
];

test('every route of the client port lets in whom it is for, and nobody else', async () => {
  await using simulator = await startSimulator();
  await using gateway = await startGateway(
    pair({
      primary: simulator.baseUrl('primary'),
      secondary: null,
      more: { server: { client_keys: [KEYS.client], admin_keys: [KEYS.admin] } },
    }),
  );
  for (const [route, allowed] of ROUTES) {
    const [method, path] = route.split(' ') as [string, string];
    const letIn: Holder[] = [];
    for (const [holder, key] of Object.entries(KEYS) as [Holder, string | null][]) {
      const { status } = await fetch(gateway.url + path, {
        method,
        headers: { 'content-type': 'application/json', ...(key ? { authorization: `Bearer ${key}` } : {}) },
        ...(method === 'POST' ? { body: JSON.stringify(chat()) } : {}),
      });
      if (status !== 401 && status !== 403) letIn.push(holder);
    }
    expect([route, letIn]).toEqual([route, allowed]);
  }
});
