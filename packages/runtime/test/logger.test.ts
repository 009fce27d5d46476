import { describe, expect, test } from '@jest/globals';
import { createLogger } from '../src/logger.ts';

const canaries = {
  openai: 'sk-proj-canary00000001',
  anthropic: 'sk-ant-api03-canary00000002',
  github: 'ghp_canary00000000000000000000000003',
  fineGrained: 'github_pat_canary0000000000000004',
  huggingFace: 'hf_canary0000000000000005',
  groq: 'gsk_canary0000000000000006',
  google: 'AIzaSyCanary0000000000000007',
  jwt: 'eyJhbGciOiJIUzI1NiJ9.eyJjYW5hcnkiOjh9.canary-signature',
  bearer: 'Bearer canary-opaque-9',
  url: 'redis://user:canary-ten@cache:6379/0',
  query: 'https://api.example.com/v1/models?key=canary-eleven&alt=json',
};

/** Every line the logger wrote, as text and parsed. */
function capture() {
  const lines: string[] = [];
  const logger = createLogger({
    service: 'test',
    level: 'trace',
    destination: { write: (line) => void lines.push(line) },
  });
  return {
    logger,
    text: () => lines.join(''),
    last: () => JSON.parse(lines.at(-1)!) as Record<string, unknown>,
  };
}

const FORBIDDEN = /canary/i;

describe('no credential reaches the log', () => {
  test.each(Object.entries(canaries))(
    '%s: in a message, a field, deep inside, in an array',
    (_name, secret) => {
      const { logger, text } = capture();
      logger.info(`calling with ${secret} now`);
      logger.info({ note: secret }, 'field');
      logger.info({ a: { b: [{ c: [`x ${secret} y`] }] } }, 'nested');
      logger.info('formatted %s %o', secret, { inner: secret });
      logger.child({ note: secret }).info('child binding');
      expect(text()).not.toMatch(FORBIDDEN);
      expect(text().split('\n')).toHaveLength(6);
    },
  );

  test.each(Object.entries(canaries))(
    '%s: in an error, its cause, its inner errors, its stack',
    (_name, secret) => {
      const { logger, text } = capture();
      const cause = new Error(`cause ${secret}`, { cause: new Error(`deep cause ${secret}`) });
      const error = new Error(`failed with ${secret}`, { cause });
      logger.error(error);
      logger.error({ err: error });
      logger.error({ err: error }, 'with a message');
      logger.error({ err: new AggregateError([error], `several: ${secret}`) }, 'several');
      logger.error({ failure: { reason: error } }, 'under another key');
      expect(text()).not.toMatch(FORBIDDEN);
      expect(text()).toContain('deep cause');
    },
  );

  test('whatever stands under a telling key', () => {
    const { logger, text } = capture();
    logger.info({
      headers: { authorization: 'canary', 'x-api-key': 'canary', cookie: 'canary', Authorization: 'canary' },
      token: { name: 'GITHUB_TOKEN', value: 'canary' },
      apiKey: 'canary',
      api_key: 'canary',
      password: 'canary',
      adminKeys: [{ name: 'ops', key: 'canary' }],
    });
    expect(text()).not.toMatch(FORBIDDEN);
    expect(text()).toContain('GITHUB_TOKEN');
  });
});

describe('what is no secret stays readable', () => {
  test('errors keep type, message, code, stack and cause', () => {
    const { logger, last } = capture();
    const error = Object.assign(new TypeError('no route', { cause: new Error('refused') }), {
      code: 'ECONNREFUSED',
    });
    logger.warn({ err: error, attempt: 2 }, 'attempt failed');
    expect(last()).toMatchObject({
      level: 'warn',
      service: 'test',
      msg: 'attempt failed',
      attempt: 2,
      err: {
        type: 'TypeError',
        message: 'no route',
        code: 'ECONNREFUSED',
        stack: expect.any(String),
        cause: { message: 'refused' },
      },
    });
  });

  test('a lone error is its own message', () => {
    const { logger, last } = capture();
    logger.error(new Error('plain text'));
    expect(last()).toMatchObject({ msg: 'plain text', err: { message: 'plain text' } });
  });

  test('dates, numbers, nulls and token counts pass', () => {
    const { logger, last } = capture();
    logger.info(
      { at: new Date(0), n: 1, none: null, usage: { input_tokens: 3 }, tokens: 4, skip: 'task-force' },
      'ok',
    );
    expect(last()).toMatchObject({
      at: '1970-01-01T00:00:00.000Z',
      n: 1,
      none: null,
      usage: { input_tokens: 3 },
      tokens: 4,
      skip: 'task-force',
    });
  });
});

describe('nothing that is logged can hurt', () => {
  test('cycles, huge graphs, long texts and bytes are cut', () => {
    const { logger, text } = capture();
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    const wide = Array.from({ length: 500 }, () => Array.from({ length: 500 }, () => ({ x: 1 })));
    logger.info({ cycle, wide, long: 'x'.repeat(1_000_000), bytes: Buffer.alloc(1_000_000) }, 'big');
    expect(text().length).toBeLessThan(100_000);
    expect(JSON.parse(text())).toMatchObject({ bytes: '[1000000 bytes]' });
  });
});
