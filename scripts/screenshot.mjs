// Takes pictures of the status page in headless Chromium, of the suite with simulated providers: with an outage of the first
// one and alerts, in light and dark and on a phone. The README's is the first of them.
// Usage: sh scripts/node.sh scripts/screenshot.mjs [DIRECTORY]   without one, only the README's is made
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openPage } from '../packages/runtime/testing/browser-page.ts';
import { startChromium } from '../packages/runtime/testing/dev-tools.ts';

const root = path.resolve(import.meta.dirname, '..');
const pictures = process.argv[2] && path.resolve(process.argv[2]);
const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-screenshot-'));
const ports = ['GATEWAY', 'ADMIN', 'HEALTH_CHECKER', 'TOKEN_ROTATOR', 'TAGGER', 'SIMULATOR'];
const suite = spawn(process.execPath, [path.join(root, 'packages/cli/src/main.ts'), 'serve', 'all'], {
  cwd: directory,
  env: {
    ...process.env,
    ...Object.fromEntries(ports.map((name) => [`HOLDFAST_${name}_PORT`, '0'])),
    DATABASE_URL: `sqlite:${directory}/holdfast.db`,
  },
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

const send = (url, body, method = 'POST') =>
  fetch(url, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).then((response) => response.text());

/** A bit of everything: requests that worked, then an outage of the primary, a token that rests, alerts. */
async function tellAStory(gateway, admin, simulator) {
  const ask = (model, more = {}, api = '/v1/chat/completions') =>
    send(gateway + api, { model, messages: [{ role: 'user', content: 'Hello' }], ...more });
  const behave = (upstream, behaviour) =>
    send(`${simulator}/_control/upstreams/${upstream}`, behaviour, 'PUT');
  for (let i = 0; i < 30; i++) await ask('gpt-4o-mini', { stream: i % 3 === 0 });
  for (let i = 0; i < 8; i++) await ask('claude-sonnet-5', { max_tokens: 50 }, '/v1/messages');
  for (let i = 0; i < 6; i++) await ask('gpt-4.1-mini', {});
  await behave('github', [{ fault: 'openai_429', headers: { 'retry-after': '1800' } }, {}]);
  await ask('gpt-4.1-mini', {});
  await behave('primary', { fault: 'nginx_502' });
  for (let i = 0; i < 14; i++) await ask(i % 3 ? 'gpt-4o' : 'gpt-4o-mini', { stream: i % 2 === 0 });
  for (const alert of ALERTS) await send(`${admin}/alerts/webhook`, { alerts: [alert] });
}

const alert = (alertname, severity, summary, more) => ({
  labels: { alertname, severity, llm_cluster: 'main' },
  annotations: {
    summary,
    runbook_url: `https://github.com/example/holdfast/blob/main/docs/runbooks/${alertname}.md`,
  },
  startsAt: new Date(Date.now() - 240_000).toISOString(),
  ...more,
});
const ALERTS = [
  alert('HoldfastEndpointDown', 'warning', 'github/github was down for 2 minutes', {
    status: 'resolved',
    endsAt: new Date().toISOString(),
  }),
  alert('HoldfastFallbackRatioHigh', 'warning', 'More than half of the requests of main fall back', {
    status: 'firing',
  }),
];

async function take(tools, url, file, options, extent) {
  const page = await openPage(tools, options);
  await page.open(url);
  await page.until('document.getElementById("live-note").textContent === "Live"');
  const picture = await page.picture(extent);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, picture);
  console.log(`${file} (${Math.round(picture.length / 1024)} kB)`);
}

try {
  const [gateway, admin, simulator] = await Promise.all(['gateway', 'status page', 'simulator'].map(printed));
  await using tools = startChromium();
  const phone = { width: 360, height: 780 };
  if (pictures) await take(tools, admin, `${pictures}/calm.png`, {}, 'whole');
  await tellAStory(gateway, admin, simulator);
  await take(
    tools,
    admin,
    pictures ? `${pictures}/light.png` : path.join(root, 'docs/images/status-page.png'),
    { width: 1280, height: 960 },
  );
  if (pictures) {
    await take(tools, admin, `${pictures}/dark.png`, { scheme: 'dark' }, 'whole');
    await take(tools, admin, `${pictures}/phone.png`, phone, 'whole');
    await take(tools, admin, `${pictures}/phone-dark.png`, { ...phone, scheme: 'dark' });
  }
} finally {
  suite.kill('SIGTERM');
  await new Promise((resolve) => suite.once('exit', resolve));
  rmSync(directory, { recursive: true, force: true });
}
