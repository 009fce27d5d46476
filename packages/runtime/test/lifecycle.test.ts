import { expect, test } from '@jest/globals';
import { createLifecycle } from '../src/lifecycle.ts';

test('what was opened last is closed first, one after the other', async () => {
  const lifecycle = createLifecycle();
  const events: string[] = [];
  for (const name of ['state', 'server']) {
    lifecycle.onClose(name, async () => {
      events.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      events.push(`${name} ends`);
    });
  }
  await lifecycle.close();
  expect(events).toEqual(['server begins', 'server ends', 'state begins', 'state ends']);
});

test('one failure does not keep the rest open, and is told', async () => {
  const lifecycle = createLifecycle();
  let closed = 0;
  lifecycle.onClose('first', () => {
    closed += 1;
  });
  lifecycle.onClose('second', () => Promise.reject(new Error('stuck')));
  lifecycle.onClose('third', () => {
    throw new Error('broken');
  });
  await expect(lifecycle.close()).rejects.toThrow('closing third failed; closing second failed');
  expect(closed).toBe(1);
});

test('closing twice closes once', async () => {
  const lifecycle = createLifecycle();
  let closed = 0;
  lifecycle.onClose('it', () => {
    closed += 1;
  });
  const [first, second] = [lifecycle.close(), lifecycle.close()];
  expect(second).toBe(first);
  await first;
  await lifecycle.close();
  expect(closed).toBe(1);
});
