import type { Color } from '../panel.ts';

export const outcomeColors: Readonly<Record<string, Color>> = {
  primary: 'green',
  cache: 'blue',
  fallback: 'yellow',
  canned: 'orange',
  exhausted: 'red',
  rejected: 'purple',
  cancelled: 'text',
};

export const attemptColors: Readonly<Record<string, Color>> = {
  ok: 'green',
  rate_limited: 'yellow',
  quota_exhausted: 'yellow',
  overloaded: 'orange',
  server_error: 'red',
  connect_error: 'red',
  timeout: 'purple',
  aborted: 'text',
};

export const tokenColors: Readonly<Record<string, Color>> = {
  available: 'green',
  cooling: 'yellow',
  quota_exhausted: 'orange',
  invalid: 'red',
};

export const upDown = { 1: { text: 'up', color: 'green' }, 0: { text: 'down', color: 'red' } } as const;
