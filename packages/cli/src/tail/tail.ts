import { loadConfig } from '@holdfast/config/load-config';
import type { RequestLine } from '@holdfast/gateway/access-log';
import { atMost, readCommandLine } from '../command-line.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { createSuiteClient } from '../suite/suite-client.ts';
import { untilInterrupted } from '../terminal/until-interrupted.ts';
import { UsageError } from '../usage-error.ts';
import { followGateway, recentRequests } from './follow-gateway.ts';
import { printedRequest } from './print-request.ts';
import { requestsInLog } from './read-log.ts';
import { requestFilter } from './request-filter.ts';

/** `tail [FILE|-]`: requests as they end, filtered. */
export async function run(args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = readCommandLine(args, {
    model: { type: 'string' },
    cluster: { type: 'string' },
    endpoint: { type: 'string' },
    request: { type: 'string' },
    outcome: { type: 'string' },
    errors: { type: 'boolean', default: false },
    lines: { type: 'string', default: '10' },
    'no-follow': { type: 'boolean', default: false },
  });
  atMost(1, positionals);
  const isWanted = requestFilter(values);
  const lines = Number(values.lines);
  if (!Number.isSafeInteger(lines) || lines < 0) throw new UsageError('--lines takes a whole number');
  const print = (line: RequestLine) =>
    console.log(values.json ? JSON.stringify(line) : printedRequest(line, Date.now()));

  const [log] = positionals;
  if (log !== undefined) {
    for await (const line of requestsInLog(log)) if (isWanted(line)) print(line);
    return EXIT.ok;
  }
  const suite = createSuiteClient(loadConfig({ path: values.config }));
  const latest = (all: readonly RequestLine[]) => (lines === 0 ? [] : all.filter(isWanted).slice(-lines));
  if (values['no-follow']) {
    for (const line of latest(await recentRequests(suite))) print(line);
    return EXIT.ok;
  }
  if (!values.json) console.error('holdfast: following; Ctrl-C ends');
  let isFirst = true;
  await followGateway({
    suite,
    signal: untilInterrupted(),
    onRequests(fresh) {
      for (const line of isFirst ? latest(fresh) : fresh.filter(isWanted)) print(line);
      isFirst = false;
    },
    onNotice: (text) => console.error(`holdfast: ${text}`),
  });
  return EXIT.ok;
}
