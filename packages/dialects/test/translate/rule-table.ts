import type { FieldRule, FieldRules } from '../../src/translate/ledger.ts';

const WORDS: Record<FieldRule['rule'], string> = {
  tell: 'told',
  emulate: 'emulated',
  drop: 'dropped',
  refuse: 'refused',
};

/** The rules of a direction as the documentation shows them. */
export function ruleTable(rules: FieldRules): string {
  const rows = Object.entries(rules).map(([field, { rule, note, unless = [] }]) => {
    const values = unless.map((value) => `\`${JSON.stringify(value)}\``).join(', ');
    const exception = values === '' ? '' : `${note === '' ? '' : '; '}not if ${values}`;
    return `| \`${field}\` | ${WORDS[rule]} | ${note}${exception} |`;
  });
  return ['| field | is | how, or why |', '| --- | --- | --- |', ...rows].join('\n');
}
