// Boundaries that imports do not show. Each rule carries an offence, and is first tried on it: a rule that lets its own
// offence pass fails the check.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const RULES = [
  {
    name: 'core is pure: time, chance and I/O are parameters',
    files: /^packages\/core\//,
    forbidden:
      /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\.now\b|\bset(?:Timeout|Interval|Immediate)\b|\bprocess\.|\bfetch\(|\bcrypto\b|\bconsole\b|from 'node:/,
    offence: 'const nowMs = Date.now();',
  },
  {
    name: 'only config reads the environment',
    files: /^(?!packages\/config\/)/,
    forbidden: /\bprocess\.env\b/,
    offence: 'const url = process.env.REDIS_URL;',
  },
  {
    name: 'a service starts no other programs and evaluates no text',
    files: /^services\//,
    forbidden: /\bchild_process\b|\beval\(|\bnew Function\(/,
    offence: "import { exec } from 'node:child_process';",
  },
  {
    name: 'one retry loop: no client library or interceptor retries',
    files: /^services\//,
    forbidden: /\binterceptors\.retry\b|\bRetryAgent\b/,
    offence: 'agent.compose(interceptors.retry())',
  },
];

/** The code without comments, lines kept. Strings stay: a rule may look at an import's name. */
function withoutComments(text) {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .replace(/(^|[\s;{}(),])\/\/[^\n]*/gm, '$1');
}

/** Prints each offence as file:line; true when there is none. */
export function checkSourceRules(root, files) {
  const toothless = RULES.filter(({ forbidden, offence }) => !forbidden.test(withoutComments(offence)));
  const offences = files.flatMap((file) => {
    const lines = withoutComments(readFileSync(join(root, file), 'utf8')).split('\n');
    return RULES.filter((rule) => rule.files.test(file)).flatMap((rule) =>
      lines.flatMap((line, index) =>
        rule.forbidden.test(line) ? [`${file}:${index + 1} ${rule.name}: ${line.trim()}`] : [],
      ),
    );
  });
  for (const { name } of toothless) console.error(`the rule catches nothing: ${name}`);
  for (const offence of offences) console.error(offence);
  console.log(`${files.length} files, ${RULES.length} rules, ${offences.length} offences`);
  return files.length > 0 && toothless.length === 0 && offences.length === 0;
}
