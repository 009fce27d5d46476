import { expect, test } from '@jest/globals';
import { parseRedisUrl } from '../src/redis/redis-target.ts';

const plain = { tls: false, username: null, password: null, db: 0 };

test.each([
  ['redis://cache', { ...plain, kind: 'single', address: { host: 'cache', port: 6379 } }],
  ['redis://cache:6380/2', { ...plain, kind: 'single', address: { host: 'cache', port: 6380 }, db: 2 }],
  ['redis://[::1]:6380', { ...plain, kind: 'single', address: { host: '::1', port: 6380 } }],
  [
    'rediss://app:p%40ss%2F@cache',
    {
      ...plain,
      kind: 'single',
      address: { host: 'cache', port: 6379 },
      tls: true,
      username: 'app',
      password: 'p@ss/',
    },
  ],
  [
    'redis://:secret@cache',
    { ...plain, kind: 'single', address: { host: 'cache', port: 6379 }, password: 'secret' },
  ],
  [
    'redis+sentinel://:secret@s1,s2:5000/mymaster/3',
    {
      ...plain,
      kind: 'sentinel',
      sentinels: [
        { host: 's1', port: 26379 },
        { host: 's2', port: 5000 },
      ],
      master: 'mymaster',
      password: 'secret',
      db: 3,
    },
  ],
  [
    'redis-sentinel://s1/1#main',
    { ...plain, kind: 'sentinel', sentinels: [{ host: 's1', port: 26379 }], master: 'main', db: 1 },
  ],
  [
    'redis://u:p@a:7001,redis://u:p@b:7002,c',
    {
      ...plain,
      kind: 'cluster',
      seeds: [
        { host: 'a', port: 7001 },
        { host: 'b', port: 7002 },
        { host: 'c', port: 6379 },
      ],
      username: 'u',
      password: 'p',
    },
  ],
  [
    'rediss+cluster://seed:7000',
    { ...plain, kind: 'cluster', seeds: [{ host: 'seed', port: 7000 }], tls: true },
  ],
])('%s is understood', (url, target) => {
  expect(parseRedisUrl(url)).toEqual(target);
});

test.each([
  'http://cache',
  'redis://',
  'redis://cache:notaport',
  'redis://cache:99999',
  'redis://user:hunter2@cache/first',
  'redis+sentinel://s1,s2',
  'redis://a,b/1',
  '',
])('%s is refused without repeating it', (url) => {
  expect(() => parseRedisUrl(url)).toThrow(/^redis url: (?!.*hunter2)/);
});
