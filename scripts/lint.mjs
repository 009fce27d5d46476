// All static gates, each run even when an earlier one failed: `npm run lint`, or `npm run lint -- biome knip` for some.
import { execFileSync, spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import process from 'node:process';
import { checkSourceRules } from './source-rules.mjs';

const root = dirname(import.meta.dirname);
const SOURCE = /^(?:(?:packages|services)\/[^/]+|prometheus|alertmanager|grafana|compose)\/src\/.*\.ts$/;

function run(file, ...args) {
  return spawnSync(process.execPath, [file, ...args], { cwd: root, stdio: 'inherit' }).status === 0;
}

/** Source files of the workspace, as the version control sees them (new files included). */
function sourceFiles() {
  const listed = execFileSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate'],
    { cwd: root, encoding: 'utf8' },
  );
  return listed.split('\n').filter((file) => SOURCE.test(file));
}

/** Without a parser for TypeScript dependency-cruiser sees nothing and is content: every file must have been seen. */
function checkDependencies() {
  const cruise = spawnSync(
    process.execPath,
    [
      'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
      'packages',
      'services',
      'prometheus',
      'alertmanager',
      'grafana',
      'compose',
      '--config',
      '.dependency-cruiser.mjs',
      '--output-type',
      'json',
    ],
    { cwd: root, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
  );
  if (!cruise.stdout) {
    console.error(cruise.stderr);
    return false;
  }
  const { modules, summary } = JSON.parse(cruise.stdout);
  const seen = new Set(modules.map(({ source }) => source));
  const unseen = sourceFiles().filter((file) => !seen.has(file));
  for (const { rule, from, to } of summary.violations)
    console.error(`${rule.severity} ${rule.name}: ${from} -> ${to}`);
  for (const file of unseen) console.error(`not seen by dependency-cruiser: ${file}`);
  console.log(
    `${seen.size} modules, ${summary.totalDependenciesCruised} dependencies, ${summary.violations.length} violations`,
  );
  return summary.error === 0 && unseen.length === 0;
}

const gates = {
  biome: () => run('node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'),
  types: () => run('node_modules/typescript/bin/tsc'),
  dependencies: checkDependencies,
  sources: () => checkSourceRules(root, sourceFiles()),
  knip: () => run('node_modules/knip/bin/knip.js', '--no-progress', '--no-config-hints'),
};

const wanted = process.argv.slice(2);
const results = Object.entries(gates)
  .filter(([name]) => wanted.length === 0 || wanted.includes(name))
  .map(([name, gate]) => {
    console.log(`\n== ${name}`);
    return { name, passed: gate() };
  });
console.log(
  `\n${results.map(({ name, passed }) => `lint ${name}: ${passed ? 'passed' : 'FAILED'}`).join('\n')}`,
);
process.exitCode = results.every(({ passed }) => passed) ? 0 : 1;
