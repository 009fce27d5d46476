// Makes the README's picture: the suite with simulated providers, some traffic, an outage of the first one, and the status
// page in headless Chromium. Usage: sh scripts/node.sh scripts/screenshot.mjs [FILE]
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const target = path.resolve(process.argv[2] ?? path.join(root, 'docs/images/status-page.png'));
const profile = mkdtempSync(path.join(tmpdir(), 'holdfast-screenshot-'));
const ports = {
  HOLDFAST_GATEWAY_PORT: '0',
  HOLDFAST_ADMIN_PORT: '0',
  HOLDFAST_HEALTH_CHECKER_PORT: '0',
  HOLDFAST_TOKEN_ROTATOR_PORT: '0',
  HOLDFAST_TAGGER_PORT: '0',
  HOLDFAST_SIMULATOR_PORT: '0',
  DATABASE_URL: `sqlite:${profile}/holdfast.db`,
};
const suite = spawn(process.execPath, [path.join(root, 'packages/cli/src/main.ts'), 'serve', 'all'], {
  cwd: profile,
  env: { ...process.env, ...ports },
  stdio: ['ignore', 'pipe', 'inherit'],
});

/** The address printed behind a name, once it is printed. */
function printed(name) {
  return new Promise((resolve) => {
    suite.stdout.on('data', (data) => {
      output += data;
      const found = new RegExp(`^ +${name} +(http://[^ \\n]+)`, 'm').exec(output);
      if (found) resolve(found[1]);
    });
  });
}
let output = '';

try {
  const [gateway, page, simulator] = await Promise.all(['gateway', 'status page', 'simulator'].map(printed));
  const ask = (model, path = '/v1/chat/completions', more = {}) =>
    fetch(gateway + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }], ...more }),
    }).then((response) => response.text());
  const behave = (upstream, behaviour) =>
    fetch(`${simulator}/_control/upstreams/${upstream}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(behaviour),
    });
  for (let i = 0; i < 6; i++) await ask('gpt-4o-mini');
  await ask('claude-sonnet-5', '/v1/messages', { max_tokens: 50 });
  await behave('primary', { fault: 'nginx_502' });
  for (let i = 0; i < 8; i++) await ask(i % 3 ? 'gpt-4o' : 'gpt-4o-mini', undefined, { stream: i % 2 === 0 });
  mkdirSync(path.dirname(target), { recursive: true });
  const { status } = spawnSync(
    'chromium',
    [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--hide-scrollbars',
      `--user-data-dir=${profile}/chromium`,
      '--window-size=1200,900',
      `--screenshot=${target}`,
      page,
    ],
    { stdio: 'ignore' },
  );
  if (status !== 0) throw new Error('chromium made no picture; is it installed?');
  console.log(target);
} finally {
  suite.kill('SIGTERM');
  await new Promise((resolve) => suite.once('exit', resolve));
  rmSync(profile, { recursive: true, force: true });
}
