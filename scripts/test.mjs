// Runs every test that can run on this machine; arguments go to jest. Tests that need a server start it themselves; those
// whose server is not installed are named at the end, with the command that provides it (packages/runtime/testing/needs-server.ts). REQUIRE_SERVERS=1 allows no skip.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import process from 'node:process';

const root = dirname(import.meta.dirname);
const reportFile = join(root, 'node_modules/.cache/holdfast/test-results.json');

function runJest() {
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const jest = [
    'node_modules/jest/bin/jest.js',
    '--json',
    `--outputFile=${reportFile}`,
    ...process.argv.slice(2),
  ];
  // `--json` also prints the report on stdout; the readable one is on stderr.
  const child = spawn(process.execPath, [...flags, ...jest], {
    cwd: root,
    stdio: ['inherit', 'ignore', 'inherit'],
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => child.on('close', (code) => resolve(code ?? 1)));
}

function skippedTests() {
  const { testResults } = JSON.parse(readFileSync(reportFile, 'utf8'));
  return testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === 'pending' || status === 'todo')
      .map(({ fullName }) => `${relative(root, name)}: ${fullName}`),
  );
}

mkdirSync(dirname(reportFile), { recursive: true });
rmSync(reportFile, { force: true });
const exitCode = await runJest();
// What a filter by name leaves out is no surprise to who wrote it.
const filtered = process.argv.some((argument) => /^(-t|--testNamePattern)/.test(argument));
const skipped = existsSync(reportFile) && !filtered ? skippedTests() : [];
if (skipped.length > 0) {
  console.log(`\nSkipped (${skipped.length}):\n${skipped.map((name) => `  ${name}`).join('\n')}`);
}
process.exitCode = skipped.length > 0 && process.env.REQUIRE_SERVERS === '1' ? 1 : exitCode;
