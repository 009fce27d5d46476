import { startSimulator } from '@holdfast/simulator/start-simulator';
import { chatRequest, judgeEcho, requestName } from '../support/chat.ts';
import { cluster, endpoint } from '../support/configs.ts';
import { openHttpClient } from '../support/http-client.ts';
import { startLoad } from '../support/load.ts';
import { startGateway } from '../support/start-service.ts';
import { until } from '../support/until.ts';
import { exactly, type Goal, scaled, told } from './goal.ts';

const RATE = 100;
const RELOADS = 100;

/** The configuration is replaced again and again under load, every other time by nonsense. */
export const g19: Goal = {
  id: 'g19',
  title: 'hot reloads, valid and not, lose no request',
  async run({ share }) {
    const count = scaled(RELOADS, share, 5);
    await using simulator = await startSimulator({ maxRecords: 0 });
    // Each generation has an upstream of its own, so that who answers tells which configuration is in force.
    const generation = (n: number) => ({
      server: { client_keys: [] },
      clusters: {
        main: cluster('openai', endpoint(`generation-${n}`, simulator.baseUrl(`generation-${n}`))),
      },
      routes: [{ model: '*', cluster: 'main' }],
    });
    await using gateway = await startGateway(generation(0));
    await using client = openHttpClient();
    const ask = (n: number) =>
      client.post(`${gateway.url}/v1/chat/completions`, chatRequest('gpt-4o', requestName(n)));
    const load = startLoad({ rate: RATE, send: ask, judge: judgeEcho });
    const serving = async () => (await ask(0)).headers['x-holdfast-endpoint'];
    const reload = async () => {
      const metrics = await gateway.metrics();
      return {
        valid: metrics.sum('holdfast_config_last_reload_successful'),
        at: metrics.sum('holdfast_config_last_reload_success_timestamp_seconds'),
      };
    };

    let shownValid = 0;
    let shownInvalid = 0;
    let keptLastGood = 0;
    for (let n = 1; n <= count; n++) {
      const before = await reload();
      gateway.writeConfig(generation(n));
      if (n % 2 === 0) gateway.signal('SIGHUP');
      await until(`generation ${n} serves`, async () => (await serving()) === `generation-${n}`);
      const valid = await reload();
      if (valid.valid === 1 && valid.at > before.at) shownValid++;

      gateway.writeConfig(NONSENSE[n % NONSENSE.length]!);
      if (n % 2 === 1) gateway.signal('SIGHUP');
      await until('the invalid configuration is told of', async () => (await reload()).valid === 0);
      const { config } = await gateway.status();
      if (config.error !== null) shownInvalid++;
      if ((await serving()) === `generation-${n}`) keptLastGood++;
    }
    const result = await load.stop();
    return [
      told('requests', result.total),
      exactly('client errors', result.problemCount, 0, {
        detail: [JSON.stringify(result.problems), ...result.examples],
      }),
      exactly('valid reloads in force and in the metrics', shownValid, count),
      exactly('invalid ones in the metrics and on the status page', shownInvalid, count),
      exactly('last good one kept', keptLastGood, count),
      exactly('the process still runs', gateway.running ? 1 : 0, 1),
    ];
  },
};

/** Ways to be no configuration. */
const NONSENSE = [
  'clusters: [',
  '{"version":1,"routes":[{"model":"*","cluster":"gone"}],"clusters":{}}',
  '{"version":1,"retry":{"max_atempts":3}}',
  '{"version":1,"clusters":{"main":{"protocol":"openai","endpoints":[{"name":"x","base_url":"${NOT_SET_ANYWHERE}"}]}},"routes":[]}',
];
