import { type ChildProcess, execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startOn } from './processes.ts';

/** Something that answers chat requests in front of the same upstream. */
export interface Target {
  readonly name: string;
  readonly url: string;
  /** Null for the upstream itself. */
  start(core: number): ChildProcess | null;
}

const root = path.resolve(import.meta.dirname, '..');
export const UPSTREAM_PORT = 9310;
const upstream = `http://127.0.0.1:${UPSTREAM_PORT}`;

/** The upstream itself, nginx where it is installed, and Holdfast with everything on. */
export function listTargets(work: string): Target[] {
  mkdirSync(work, { recursive: true });
  const path = '/v1/chat/completions';
  const targets: Target[] = [{ name: 'direct', url: upstream + path, start: () => null }];
  if (has('nginx'))
    targets.push({
      name: 'nginx',
      url: `http://127.0.0.1:9311${path}`,
      start: (core) => startNginx(work, core),
    });
  targets.push({
    name: 'holdfast',
    url: `http://127.0.0.1:9312${path}`,
    start: (core) => startHoldfast(work, core),
  });
  return targets;
}

function startNginx(work: string, core: number): ChildProcess {
  const config = path.join(work, 'nginx.conf');
  writeFileSync(
    config,
    `worker_processes 1; master_process off; daemon off; pid ${work}/nginx.pid; error_log ${work}/nginx.log warn;
events { worker_connections 8192; }
http {
  access_log off; keepalive_requests 100000000; client_body_buffer_size 1m;
  client_body_temp_path ${work}/body; proxy_temp_path ${work}/proxy; fastcgi_temp_path ${work}/fastcgi; uwsgi_temp_path ${work}/uwsgi; scgi_temp_path ${work}/scgi;
  upstream llm { server 127.0.0.1:${UPSTREAM_PORT}; keepalive 2048; keepalive_requests 100000000; }
  server { listen 127.0.0.1:9311 backlog=4096; location / {
    proxy_pass http://llm; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off;
    proxy_set_header Authorization "Bearer sk-provider"; proxy_next_upstream error timeout http_502 http_503 non_idempotent; } }
}
`,
  );
  return startOn(core, ['nginx', '-c', config]);
}

function startHoldfast(work: string, core: number): ChildProcess {
  const config = path.join(work, 'holdfast.yaml');
  writeFileSync(
    config,
    JSON.stringify({
      version: 1,
      server: { port: 9312, admin_port: 9313 },
      services: { health_checker: { port: 0 }, token_rotator: { port: 0 }, tagger: { port: 0 } },
      database: { url: `sqlite:${work}/bench.db` },
      health: { probe: 'none' },
      clusters: {
        main: {
          protocol: 'openai',
          endpoints: [{ name: 'primary', base_url: `${upstream}/v1`, api_key: 'sk-provider' }],
        },
      },
      routes: [{ model: '*', cluster: 'main' }],
    }),
  );
  const child = startOn(core, [
    process.execPath,
    path.join(root, 'packages/cli/src/main.ts'),
    'serve',
    'all',
    '--config',
    config,
  ]);
  child.stdout!.resume();
  return child;
}

function has(command: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
