import { ConfigError } from '@holdfast/config/config-error';
import { version } from '@holdfast/runtime/version';
import { didYouMean } from './command-line.ts';
import { EXIT } from './exit-code.ts';
import { help, helpFor, usageLine } from './help.ts';
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
  if (name === '--version') console.log(version);
  else if (name === 'help' || asksForHelp(name))
    console.log(args[0] === undefined ? help() : helpFor(known(args[0])));
  else if (args.some(asksForHelp) && Object.hasOwn(VERBS, name)) console.log(helpFor(name));
  else process.exitCode = await (await VERBS[known(name)]!()).run(args);
} catch (error) {
  process.exitCode = report(error);
  // What had started by then would keep the process alive, and a supervisor from starting it again.
  if (name === 'serve') process.exit();
}

function known(verb: string): string {
  if (Object.hasOwn(VERBS, verb)) return verb;
  throw new UsageError(
    `there is no command '${verb}'${didYouMean(verb, Object.keys(VERBS))}; see ./holdfast help`,
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
  return Object.hasOwn(VERBS, verb) ? `\n\n${usageLine(verb)}\nMore: ./holdfast ${verb} --help` : '';
}
