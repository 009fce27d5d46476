import { FAULT_CATALOGUE, type FaultEntry } from '@holdfast/core/fault-catalogue';
import { type Proof, proofsOf } from './fault-proofs.ts';

/** Where the page is, below the repository. */
export const PAGE = 'docs/gateway/failure-modes.md';

const FAMILIES: Readonly<Record<string, string>> = {
  N: 'Network and HTTP framing',
  P: 'What providers answer',
  S: 'Streams',
  C: 'What clients send',
  I: 'One process and its stores',
  X: 'The whole fleet',
};

const INTRO = `# Failure modes

What can go wrong, what the gateway does about it, what the client gets when nothing else works, and the test that proves it.
This page is written by \`sh scripts/node.sh services/gateway/testing/write-failure-modes.ts\` from the same table that decides at
run time (\`packages/core/src/classify\`), and a test fails when the two differ or when a code has no test.

How to read it:

- **Code**: the \`code\` in the trail of the request log and in the debug line of each attempt.
- **What is done**: whom the request goes to next, and who is penalised. A penalty opens a breaker after its failures in a row, or is a
  rest until a known time. Every retry is subject to the deadline, the number of attempts and the budget (20 % of the requests in flight, never
  fewer than 3).
- **Client**: the status when every attempt ends like this. With \`fallback.mode: canned\` a conversation gets the canned answer instead, unless
  the request itself is at fault. A provider's 401 or 402 never becomes the client's.
- **After content** nothing is retried: the stream ends with an error event in the client's dialect, without \`[DONE]\`, \`message_stop\` or a
  \`finish_reason\`, and the connection is cut, so that nobody takes it for a whole answer. Only routes with [resume](resume.md) go on elsewhere.
- Until the first real content every failure is invisible, even when headers and pings have already gone out.
`;

/** The whole page. */
export function renderFailureModes(): string {
  const entries = Object.values(FAULT_CATALOGUE);
  const proofs = proofsOf(entries.map(({ code }) => code));
  const sections = Object.entries(FAMILIES).map(([letter, title]) => {
    const rows = entries
      .filter(({ code }) => code.startsWith(letter))
      .map((entry) => rowOf(entry, proofs.get(entry.code) ?? []));
    return [
      `## ${letter}: ${title}`,
      '',
      '| Code | Fault | What is done | Client | Proved by |',
      '|---|---|---|---|---|',
      ...rows,
      '',
    ].join('\n');
  });
  return `${INTRO}\n${sections.join('\n')}`;
}

function rowOf(entry: FaultEntry, proofs: readonly Proof[]): string {
  const { code, title, behaviour, clientStatus, variants } = entry;
  const cases = [{ title, behaviour, clientStatus }, ...variants];
  const cells = [
    `<a id="${code.toLowerCase()}"></a>${code}`,
    cases.map((one) => one.title).join('<br>'),
    cases.map((one) => one.behaviour).join('<br>'),
    cases.map((one) => one.clientStatus ?? '–').join('<br>'),
    linksTo(proofs),
  ];
  return `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
}

function linksTo(proofs: readonly Proof[]): string {
  const files = [...new Set(proofs.map(({ file }) => file))];
  return files
    .map((file) => `[${file.replace(/^.*\/test\/|(?:\.test)?\.ts$/g, '')}](../../${file})`)
    .join(', ');
}
