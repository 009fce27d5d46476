import { ConfigError } from '@holdfast/config/config-error';
import { nearestName } from '@holdfast/config/nearest-name';
import { EXIT } from './exit-code.ts';
import { help, helpFor } from './help.ts';
import { ServiceAway, ServiceRefused } from './suite/service-error.ts';
import { printJson } from './terminal/print-json.ts';
import { UsageError } from './usage-error.ts';
import { VERBS } from './verbs.ts';

const [name = 'help', ...args] = process.argv.slice(2);
const asksForHelp = (word: string | undefined) => word === '--help' || word === '-h';

// A reader that has seen enough, such as `head`, ends the output and no more.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

try {
  if (name === 'help' || asksForHelp(name)) console.log(help(args[0]));
  else if (args.some(asksForHelp) && Object.hasOwn(VERBS, name)) console.log(helpFor(name));
  else process.exitCode = await (await load(name)).run(args);
} catch (error) {
  process.exitCode = report(error);
  // What had started by then would keep the process alive, and a supervisor from starting it again.
  if (name === 'serve') process.exit();
}

function load(verb: string) {
  const found = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
  if (found) return found();
  throw new UsageError(
    `there is no command '${verb}' (did you mean '${nearestName(verb, Object.keys(VERBS))}'?); see ./holdfast help`,
  );
}

/** For people on stderr, and with --json for programs on stdout too. */
function report(error: unknown): number {
  const message = error instanceof Error ? error.message : String(error);
  if (args.includes('--json'))
    printJson({ ...(error instanceof ServiceAway ? { state: 'down' } : {}), error: { message } });
  if (error instanceof ConfigError) console.error(message);
  else console.error(`holdfast: ${message}${error instanceof UsageError ? usageOf(name) : ''}`);
  const isExpected = [UsageError, ConfigError, ServiceAway, ServiceRefused].some(
    (kind) => error instanceof kind,
  );
  return isExpected ? EXIT.down : EXIT.degraded;
}

function usageOf(verb: string): string {
  return Object.hasOwn(VERBS, verb) ? `\n\n${helpFor(verb)}` : '';
}
