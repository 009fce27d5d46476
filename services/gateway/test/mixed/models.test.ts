import { startSimulator } from '@holdfast/simulator/start-simulator';
import { expect, test } from '@jest/globals';
import { read } from '../faults/pair.ts';
import { startGateway, type TestGateway } from '../start-gateway.ts';

/** One list of models for clients of both protocols. */

const ANTHROPIC = { 'anthropic-version': '2023-06-01' };
const get = async (gateway: TestGateway, target: string, headers: Record<string, string> = {}) =>
  read(await fetch(gateway.url + target, { headers }));

async function withModels(run: (gateway: TestGateway) => Promise<void>): Promise<void> {
  await using simulator = await startSimulator();
  const endpoint = (name: string, more: object) => ({ name, base_url: simulator.baseUrl(name), ...more });
  await using gateway = await startGateway({
    clusters: {
      main: {
        endpoints: [
          endpoint('openai', { provider: 'openai' }),
          endpoint('claude', { provider: 'anthropic', models: { 'gpt-4o': 'claude-sonnet-4-5' } }),
        ],
      },
      claude: { protocol: 'anthropic', endpoints: [endpoint('claude', {})] },
    },
    routes: [
      { model: 'claude-sonnet-4-5', cluster: 'claude', fallback_models: ['gpt-4o-mini'] },
      { model: 'gpt-*', cluster: 'main' },
    ],
  });
  await run(gateway);
}

test('it names the models of both protocols, with the fields that both SDKs and Claude Code look for', () =>
  withModels(async (gateway) => {
    const list = JSON.parse((await get(gateway, '/v1/models')).text);
    expect(list.data.map(({ id }: { id: string }) => id)).toEqual([
      'claude-sonnet-4-5',
      'gpt-4o-mini',
      'gpt-4o',
    ]);
    expect(list).toMatchObject({
      object: 'list',
      first_id: 'claude-sonnet-4-5',
      last_id: 'gpt-4o',
      has_more: false,
    });
    for (const entry of list.data) {
      expect(entry).toEqual({
        id: expect.any(String),
        object: 'model',
        type: 'model',
        created: expect.any(Number),
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]+Z$/),
        display_name: entry.id,
        owned_by: expect.any(String),
      });
    }
    const paged = await get(gateway, '/v1/models?limit=1000&after_id=x', ANTHROPIC);
    expect(JSON.parse(paged.text)).toEqual(list);
    expect(JSON.parse((await get(gateway, '/v1/models/gpt-4o')).text)).toEqual(list.data[2]);
  }));

test('a model that no route serves is a 404 in the words of who asks', () =>
  withModels(async (gateway) => {
    const openai = await get(gateway, '/v1/models/nobody/knows');
    expect([openai.status, JSON.parse(openai.text).error]).toEqual([
      404,
      expect.objectContaining({
        code: 'model_not_found',
        message: "No route serves the model 'nobody/knows'.",
      }),
    ]);
    const anthropic = await get(gateway, '/v1/models/nobody', ANTHROPIC);
    expect([anthropic.status, JSON.parse(anthropic.text)]).toEqual([
      404,
      expect.objectContaining({
        type: 'error',
        error: expect.objectContaining({ type: 'not_found_error' }),
      }),
    ]);
  }));

test('every cluster that can be talked to has the series of both protocols from the start, one that cannot only its own', async () => {
  await using simulator = await startSimulator();
  const endpoint = { name: 'a', base_url: simulator.baseUrl('a') };
  await using gateway = await startGateway({
    clusters: {
      main: { endpoints: [endpoint] },
      claude: { protocol: 'anthropic', endpoints: [endpoint] },
      vectors: { endpoints: [{ ...endpoint, dialects: ['openai-embeddings'] }] },
    },
    routes: [{ model: '*', cluster: 'main' }],
  });
  const series = (cluster: string, protocol: string) =>
    gateway.metric(
      `holdfast_requests_total{llm_cluster="${cluster}",protocol="${protocol}",outcome="primary"}`,
    );
  for (const cluster of ['main', 'claude'])
    expect([await series(cluster, 'openai'), await series(cluster, 'anthropic')]).toEqual([0, 0]);
  expect([await series('vectors', 'openai'), await series('vectors', 'anthropic')]).toEqual([0, undefined]);
});
