// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are what is tested
import { describe, expect, test } from '@jest/globals';
import { resolveReferences } from '../src/references.ts';
import { CLUSTER, loadYaml } from './support/load-yaml.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

const env = { A: 'alpha', B: 'beta', EMPTY: '', NESTED: '${A}' };
const resolve = (text: string) => resolveReferences(text, { env, directory: '/' });

describe('references in strings', () => {
  test.each([
    ['plain text', 'plain text'],
    ['${A}', 'alpha'],
    ['x-${A}-${B}-y', 'x-alpha-beta-y'],
    ['${MISSING:-fallback}', 'fallback'],
    ['${MISSING:-}', ''],
    ['${EMPTY:-fallback}', 'fallback'],
    ['${A:-fallback}', 'alpha'],
    ['${MISSING:-sqlite:./data/x.db}', 'sqlite:./data/x.db'],
    ['${EMPTY}', ''],
    ['os.environ/B', 'beta'],
    ['$${A}', '${A}'],
    ['cost: $5', 'cost: $5'],
    ['${NESTED}', '${A}'],
  ])('%s -> %s', (text, value) => {
    expect(resolve(text)).toEqual({ value });
  });

  test.each([
    ['${MISSING}', 'environment variable MISSING is not set'],
    ['os.environ/MISSING', 'environment variable MISSING is not set'],
    ['${X} and ${Y}', 'environment variable X is not set; environment variable Y is not set'],
  ])('%s is a problem that names the variable', (text, problem) => {
    expect(resolve(text)).toEqual({ problem });
  });

  test.each(['${', '${}', '${A', '${1A}', '${A-b}'])('%s is malformed, not text', (text) => {
    expect(resolve(text)).toMatchObject({ problem: expect.stringContaining('malformed reference') });
  });

  test('file: is the content of a file, without the last line break, relative to the configuration', () => {
    using files = temporaryDirectory();
    files.write('keys/main', 'secret-of-a-file\n');
    const read = (text: string) =>
      resolveReferences(text, { env: { DIR: 'keys' }, directory: files.directory });
    expect(read(`file:${files.directory}/keys/main`)).toEqual({ value: 'secret-of-a-file' });
    expect(read('file:./keys/main')).toEqual({ value: 'secret-of-a-file' });
    expect(read('file:${DIR}/main')).toEqual({ value: 'secret-of-a-file' });
    expect(read('file:keys')).toMatchObject({ problem: expect.stringContaining('(EISDIR)') });
  });
});

describe('references in the configuration', () => {
  test('numbers and flags may come from variables', () => {
    const config = loadYaml(
      `server: { port: "\${PORT}", allow_open: "\${OPEN:-true}" }\nretry: { jitter: "\${JITTER:-0.5}" }\n${CLUSTER}`,
      { PORT: '8080' },
    );
    expect(config).toMatchObject({ server: { port: 8080, allowOpen: true }, retry: { jitter: 0.5 } });
  });

  test('a key made of digits stays a text', () => {
    const config = loadYaml(
      'clusters: { main: { endpoints: [{ name: a, base_url: "https://a", api_key: "${KEY}" }] } }',
      { KEY: '0123' },
    );
    expect(config.clusters[0]!.endpoints[0]!.apiKey).toBe('0123');
  });

  test('an anchored value is resolved for its aliases too', () => {
    const config = loadYaml(
      'clusters: { main: { endpoints: [{ name: a, base_url: &url "${URL}" }, { name: b, base_url: *url }] } }',
      { URL: 'https://x.example.com' },
    );
    expect(config.clusters[0]!.endpoints.map(({ baseUrl }) => baseUrl)).toEqual([
      'https://x.example.com',
      'https://x.example.com',
    ]);
  });
});
