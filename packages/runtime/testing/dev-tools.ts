import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';

/** Chromium's own protocol (https://chromedevtools.github.io/devtools-protocol/), over two pipes. */
export interface DevTools extends AsyncDisposable {
  /** Rejects with the browser's own message. */
  call<T = unknown>(method: string, parameters?: object, session?: string): Promise<T>;
  onEvent(listener: (event: DevToolsEvent) => void): void;
}

export interface DevToolsEvent {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly sessionId?: string;
}

interface Reply {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--hide-scrollbars',
  '--remote-debugging-pipe',
];

/** Starts a headless Chromium with a profile of its own. */
export function startChromium(): DevTools {
  const profile = mkdtempSync(path.join(tmpdir(), 'holdfast-chromium-'));
  const chromium = spawn('chromium', [...FLAGS, `--user-data-dir=${profile}`], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  const [, , , toBrowser, fromBrowser] = chromium.stdio as unknown as [null, null, null, Writable, Readable];
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  const listeners: ((event: DevToolsEvent) => void)[] = [];
  let lastId = 0;
  let pending = '';

  fromBrowser.setEncoding('utf8').on('data', (text: string) => {
    const messages = (pending + text).split('\0');
    pending = messages.pop()!;
    for (const message of messages) take(JSON.parse(message));
  });
  const exited = once(chromium, 'exit');
  void exited.then(() => {
    for (const { reject } of waiting.values()) reject(new Error('chromium has ended'));
  });

  function take(message: Reply & DevToolsEvent): void {
    if (message.id === undefined) {
      for (const listener of listeners) listener(message);
      return;
    }
    const { resolve, reject } = waiting.get(message.id)!;
    waiting.delete(message.id);
    if (message.error) reject(new Error(message.error.message));
    else resolve(message.result);
  }

  return {
    call<T>(method: string, params: object = {}, sessionId?: string) {
      const id = ++lastId;
      const reply = Promise.withResolvers<unknown>();
      waiting.set(id, reply);
      toBrowser.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
      return reply.promise as Promise<T>;
    },
    onEvent: (listener) => void listeners.push(listener),
    async [Symbol.asyncDispose]() {
      chromium.kill();
      await exited;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
