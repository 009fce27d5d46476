import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { configJsonSchema } from '../src/json-schema.ts';

const directory = path.resolve(import.meta.dirname, '../../../config');
const shipped = path.join(directory, 'holdfast.schema.json');
const documentation = path.resolve(import.meta.dirname, '../../../docs/configuration.md');

test('the shipped JSON Schema is current (npm run schema in packages/config writes it)', () => {
  expect(JSON.parse(readFileSync(shipped, 'utf8'))).toEqual(configJsonSchema());
});

test('it accepts the examples as they are written, references and all', () => {
  const schema = z.fromJSONSchema(configJsonSchema() as never);
  for (const file of [
    'holdfast.example.yaml',
    ...readdirSync(path.join(directory, 'examples')).map((name) => `examples/${name}`),
  ]) {
    const result = schema.safeParse(parse(readFileSync(path.join(directory, file), 'utf8')));
    expect([file, result.error?.issues ?? []]).toEqual([file, []]);
  }
  expect(schema.safeParse({ clusters: {}, retyr: {} }).success).toBe(false);
});

test('it refuses unknown keys, knows defaults, and lets references stand for any value', () => {
  const schema = configJsonSchema() as {
    additionalProperties: unknown;
    required: unknown;
    properties: Record<string, { properties: Record<string, unknown> }>;
  };
  expect(schema).toMatchObject({ additionalProperties: false, required: ['clusters'] });
  expect(schema.properties.retry).toMatchObject({ additionalProperties: false });
  expect(schema.properties.server!.properties.port).toMatchObject({
    default: 4000,
    anyOf: [{ type: 'integer', minimum: 0, maximum: 65_535 }, { type: 'string' }],
  });
});

test('every key is explained in docs/configuration.md', () => {
  const code = [...readFileSync(documentation, 'utf8').matchAll(/`([^`\n]+)`/g)].flatMap(([, words]) =>
    words!.split(/\W+/),
  );
  const missing = [...keysOf(configJsonSchema())].filter((key) => !code.includes(key));
  expect(missing).toEqual([]);
});

function keysOf(node: unknown, keys = new Set<string>()): Set<string> {
  if (typeof node !== 'object' || node === null) return keys;
  for (const [key, value] of Object.entries(node)) {
    if (key === 'properties') for (const name of Object.keys(value as object)) keys.add(name);
    keysOf(value, keys);
  }
  return keys;
}
