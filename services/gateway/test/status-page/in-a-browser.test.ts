import { type BrowserPage, openPage } from '@holdfast/runtime/testing/browser-page';
import { type DevTools, startChromium } from '@holdfast/runtime/testing/dev-tools';
import { describeWithServer } from '@holdfast/runtime/testing/needs-server';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { chat, startGateway, type TestGateway } from '../start-gateway.ts';
import { findings } from './find-barriers.ts';
import { alert, HOSTILE_NAMES, outageConfig } from './outage-config.ts';

// A browser is a heavy program.
jest.setTimeout(60_000);

const CHROMIUM = { command: 'chromium', install: 'apt-get install --no-install-recommends chromium' };

/** Requests with and without failures, hostile names among them, an alert, a broken file. */
async function makeTrouble(gateway: TestGateway): Promise<void> {
  for (const name of ['gpt-4o', 'free-model', ...HOSTILE_NAMES])
    await gateway.post('/v1/chat/completions', chat(name));
  await gateway.post('/v1/chat/completions', '{');
  await fetch(`${gateway.adminUrl}/alerts/webhook`, alert('firing', 'https://runbooks.example/'));
  gateway.configFailed(`holdfast.yaml:3:1  ${'routs'.repeat(40)}  unknown key`);
}

const text = (page: BrowserPage, selector: string) =>
  page.evaluate<string>(`document.querySelector(${JSON.stringify(selector)}).innerText`);

describeWithServer(CHROMIUM, 'the status page in a browser', () => {
  let tools: DevTools;
  beforeAll(() => {
    tools = startChromium();
  });
  afterAll(async () => {
    await tools[Symbol.asyncDispose]();
  });

  test('shows everything without scripts', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(outageConfig(simulator));
    simulator.behave('primary', { status: 502 });
    await makeTrouble(gateway);
    const page = await openPage(tools, { scripts: false });
    await page.open(gateway.adminUrl);
    expect(await text(page, 'h1')).toBe('Degraded: main/primary takes no requests (breaker open).');
    const shown = await text(page, 'main');
    for (const word of [
      'secondary',
      'TOKEN_A',
      'HoldfastEndpointDown',
      'unknown key',
      'server_error',
      'OpenAI SDK',
    ])
      expect(shown).toContain(word);
    for (const name of HOSTILE_NAMES.slice(0, 6)) expect(shown).toContain(name);
    expect(
      await page.evaluate('[...document.querySelectorAll("button")].every((one) => !one.checkVisibility())'),
    ).toBe(true);
  });

  test('runs nothing of what clients sent, and has nothing to complain of', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(outageConfig(simulator));
    await makeTrouble(gateway);
    const page = await openPage(tools);
    await page.open(gateway.adminUrl);
    await page.until('document.getElementById("live-note").textContent === "Live"');
    expect(await page.evaluate('document.querySelectorAll("script, style, img").length')).toBe(1);
    expect(page.complaints).toEqual([]);
  });

  test.each(['light', 'dark'] as const)('has no barrier in %s, wide or on a phone', async (scheme) => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(outageConfig(simulator));
    simulator.behave('primary', { status: 502 });
    simulator.behave('pooled', { fault: 'openai_429', headers: { 'retry-after': '1800' } });
    await makeTrouble(gateway);
    for (const width of [1280, 360]) {
      const page = await openPage(tools, { width, scheme });
      await page.open(gateway.adminUrl);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      expect(await findings(page)).toEqual({ pale: [], tables: [], headings: [], unnamed: [] });
    }
  });

  test('can be walked with the keyboard, and shows where one is', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(outageConfig(simulator));
    const page = await openPage(tools);
    await page.open(gateway.adminUrl);
    await page.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('To the content');
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
    await page.press('Enter');
    expect(await page.evaluate('location.hash')).toBe('#main');
  });

  test('keeps itself current, says what changed, and can be paused', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(outageConfig(simulator));
    const page = await openPage(tools);
    await page.open(gateway.adminUrl);
    expect(await text(page, '#state')).toContain('All is well');
    expect(await page.evaluate('document.getElementById("state").ariaLive')).toBe('polite');
    simulator.behave('primary', { status: 502 });
    await gateway.post('/v1/chat/completions', chat());
    await page.until('document.getElementById("state").textContent.startsWith("Degraded")');
    expect(await page.evaluate('document.title')).toBe('degraded · Holdfast');
    expect(await text(page, '#requests')).toContain('server_error');

    await page.evaluate('document.getElementById("live-switch").click()');
    expect(await text(page, '#live-note')).toMatch(/^Paused\. As of \d\d:\d\d:\d\d UTC$/);
    await page.evaluate('document.getElementById("live-switch").click()');
    await page.until('document.getElementById("live-note").textContent === "Live"');
  });

  test('leaves alone what is being selected', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(outageConfig(simulator));
    await gateway.post('/v1/chat/completions', chat('first-model'));
    const page = await openPage(tools);
    await page.open(gateway.adminUrl);
    await page.evaluate('getSelection().selectAllChildren(document.querySelector("#requests td code"))');
    simulator.behave('primary', { status: 502 });
    await gateway.post('/v1/chat/completions', chat('second-model'));
    await page.until('document.getElementById("state").textContent.startsWith("Degraded")');
    expect(await page.evaluate('getSelection().toString()')).toBe('first-model');
    await page.evaluate('getSelection().removeAllRanges()');
    await page.until('document.getElementById("requests").textContent.includes("second-model")');
  });

  test('copies a set-up', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(outageConfig(simulator));
    const page = await openPage(tools);
    await page.open(gateway.adminUrl);
    await page.evaluate('document.querySelector("[data-copy]").click()');
    await page.until('/Copied|Selected/.test(document.querySelector("[data-copy]").textContent)');
    expect(await page.evaluate('getSelection().toString()')).toContain(
      `curl -i ${gateway.url}/v1/chat/completions`,
    );
  });

  test('says when the gateway does not answer any more, and how old the rest is', async () => {
    await using simulator = await startSimulator();
    const gateway = await startGateway(outageConfig(simulator));
    const page = await openPage(tools);
    await page.open(gateway.adminUrl);
    await page.until('document.getElementById("live-note").textContent === "Live"');
    await gateway.close();
    await page.until(
      'document.getElementById("live-note").textContent.startsWith("The gateway does not answer")',
    );
    expect(await text(page, '#live-note')).toMatch(/As of \d\d:\d\d:\d\d UTC$/);
    expect(await text(page, '#state')).toContain('All is well');
  });
});
