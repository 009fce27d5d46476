import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { readVariables } from '@holdfast/config/file-twins';
import { channelVariables } from './channels.ts';
import { renderConfig } from './render-config.ts';

/** Writes alertmanager.yml for the channels that the environment sets up; exits 2 and names what is wrong with them. */
const { values: options } = parseArgs({ options: { out: { type: 'string', default: 'alertmanager.yml' } } });

try {
  const { values, problems } = readVariables(channelVariables);
  if (problems.length > 0)
    throw new Error(problems.map(({ variable, message }) => `${variable} ${message}`).join('\n'));
  mkdirSync(path.dirname(options.out), { recursive: true });
  writeFileSync(options.out, renderConfig(values));
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 2;
}
