import type { DevTools } from './dev-tools.ts';

export interface PageOptions {
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: 'light' | 'dark';
  /** False: as for a reader who has switched scripts off. */
  readonly scripts?: boolean;
}

/** One page of a headless Chromium. */
export interface BrowserPage {
  /** What its console complained of: exceptions, refused resources. */
  readonly complaints: readonly string[];
  open(url: string): Promise<void>;
  /** The value of an expression; a promise is awaited. Works without scripts of the page's own, too. */
  evaluate<T>(expression: string): Promise<T>;
  /** Resolves once the expression is true. */
  until(expression: string): Promise<void>;
  press(key: 'Tab' | 'Enter'): Promise<void>;
  /** A PNG of what is seen, or of the page as a whole. */
  picture(extent?: 'window' | 'whole'): Promise<Buffer>;
}

const PATIENCE_MS = 30_000;
const KEYS = {
  Tab: { code: 'Tab', windowsVirtualKeyCode: 9 },
  Enter: { code: 'Enter', windowsVirtualKeyCode: 13, text: '\r' },
};

export async function openPage(
  tools: DevTools,
  { width = 1280, height = 900, scheme = 'light', scripts = true }: PageOptions = {},
): Promise<BrowserPage> {
  const { targetId } = await tools.call<{ targetId: string }>('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await tools.call<{ sessionId: string }>('Target.attachToTarget', {
    targetId,
    flatten: true,
  });
  const call = <T>(method: string, parameters: object = {}) => tools.call<T>(method, parameters, sessionId);
  const complaints: string[] = [];
  let onLoad: () => void = () => {};
  tools.onEvent((event) => {
    if (event.sessionId !== sessionId) return;
    if (event.method === 'Page.loadEventFired') onLoad();
    if (event.method === 'Runtime.exceptionThrown' || event.method === 'Log.entryAdded')
      complaints.push(JSON.stringify(event.params));
  });
  for (const domain of ['Page', 'Runtime', 'Log']) await call(`${domain}.enable`);
  await call('Emulation.setDeviceMetricsOverride', {
    width,
    height,
    deviceScaleFactor: 1,
    mobile: width < 500,
  });
  await call('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
  await call('Emulation.setScriptExecutionDisabled', { value: !scripts });

  async function evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await call<{ result: { value: T }; exceptionDetails?: object }>(
      'Runtime.evaluate',
      { expression, awaitPromise: true, returnByValue: true, userGesture: true },
    );
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
    return result.value;
  }

  return {
    complaints,
    evaluate,
    async open(url) {
      const loaded = new Promise<void>((resolve) => {
        onLoad = resolve;
      });
      await call('Page.navigate', { url });
      await loaded;
    },
    async until(expression) {
      const end = performance.now() + PATIENCE_MS;
      while (!(await evaluate<boolean>(expression))) {
        if (performance.now() > end) throw new Error(`it never came true: ${expression}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    async press(key) {
      await call('Input.dispatchKeyEvent', { type: 'keyDown', key, ...KEYS[key] });
      await call('Input.dispatchKeyEvent', { type: 'keyUp', key, ...KEYS[key] });
    },
    async picture(extent = 'window') {
      const { data } = await call<{ data: string }>('Page.captureScreenshot', {
        captureBeyondViewport: extent === 'whole',
        ...(extent === 'whole' ? { clip: await wholeOf(call) } : {}),
      });
      return Buffer.from(data, 'base64');
    },
  };
}

async function wholeOf(call: <T>(method: string) => Promise<T>) {
  const { cssContentSize } = await call<{ cssContentSize: { width: number; height: number } }>(
    'Page.getLayoutMetrics',
  );
  return { x: 0, y: 0, width: cssContentSize.width, height: cssContentSize.height, scale: 1 };
}
