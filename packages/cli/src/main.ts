import { ConfigError } from '@holdfast/config/config-error';
import { help } from './help.ts';
import { UsageError } from './usage-error.ts';
import { VERBS } from './verbs.ts';

const [name = 'help', ...args] = process.argv.slice(2);

try {
  const load = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  if (name === 'help' || name === '--help' || name === '-h') console.log(help);
  else if (!load) throw new UsageError(`unknown command '${name}'`);
  else process.exitCode = await (await load()).run(args);
} catch (error) {
  if (error instanceof UsageError) console.error(`holdfast: ${error.message}\n\n${help}`);
  else if (error instanceof ConfigError) console.error(error.message);
  else console.error(error instanceof Error ? `holdfast: ${error.message}` : error);
  process.exitCode = error instanceof UsageError || error instanceof ConfigError ? 2 : 1;
}
