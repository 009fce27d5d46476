// The stack of docker-compose.yml as a project of its own, on free ports, so that it disturbs no other.
import { execFile, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';

const root = path.resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

/** Below the range from which the system hands out ports by itself, because it is bound only after the images are built. */
async function freePort() {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const server = createServer();
    const isFree = await new Promise((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    server.close();
    if (isFree) return port;
  }
}

/** Ports for one stack, by the variable that sets each. */
export const freePorts = async () => ({
  GATEWAY_PORT: await freePort(),
  GRAFANA_PORT: await freePort(),
  PROMETHEUS_PORT: await freePort(),
  ALERTMANAGER_PORT: await freePort(),
});

/** `env`: variables of the compose file besides the ports. */
export function createStack({ project, profile, ports, env: more = {} }) {
  const env = { ...process.env, ...ports, ...more };
  const base = ['compose', '-p', project, ...(profile ? ['--profile', profile] : [])];
  const url = (name) => `http://127.0.0.1:${ports[name]}`;

  /** Shows what compose says; resolves with its exit code. */
  const compose = (...args) =>
    new Promise((resolve) => {
      const child = spawn('docker', [...base, ...args], {
        cwd: root,
        env,
        stdio: ['ignore', 'inherit', 'inherit'],
      });
      child.on('close', resolve);
    });

  const output = async (...args) =>
    (await run('docker', args, { cwd: root, env, maxBuffer: 64 * 1024 * 1024 })).stdout;

  /** Runs JavaScript in a container; resolves with what it printed. */
  const evaluate = (service, code) =>
    output(...base, 'exec', '-T', service, 'node', '--input-type=module', '-e', code);

  return {
    gatewayUrl: url('GATEWAY_PORT'),
    prometheusUrl: url('PROMETHEUS_PORT'),
    alertmanagerUrl: url('ALERTMANAGER_PORT'),
    grafanaUrl: url('GRAFANA_PORT'),
    compose,
    evaluate,
    /** `docker inspect` of every container, by service. */
    async containers() {
      const ids = (await output(...base, 'ps', '-aq')).trim().split('\n');
      const inspected = JSON.parse(await output('inspect', ...ids));
      return inspected.map((container) => ({
        service: container.Config.Labels['com.docker.compose.service'],
        ...container,
      }));
    },
    /** The alerts that arrived at the gateway's built-in webhook, oldest first. */
    async delivered() {
      const text = await evaluate(
        'gateway',
        "process.stdout.write(await (await fetch('http://127.0.0.1:4001/alerts')).text())",
      );
      return JSON.parse(text).alerts.toReversed();
    },
    async query(expr) {
      const body = new URLSearchParams({ query: expr });
      const response = await fetch(`${url('PROMETHEUS_PORT')}/api/v1/query`, { method: 'POST', body });
      const { data, error } = await response.json();
      if (error) throw new Error(`${error}: ${expr}`);
      return data.result;
    },
  };
}
