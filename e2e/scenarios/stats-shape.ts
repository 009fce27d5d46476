/** The answer of `GET /v1/tokens/stats` as docs/token-rotator.md has it. */
export interface Stats {
  readonly tokens: readonly { readonly key: string; readonly blocked: boolean }[];
}

const TOP = ['pool', 'current_token', 'total_tokens', 'tokens', 'pools'];
const TOKEN = [
  'key',
  'isCurrent',
  'blocked',
  'blockedUntil',
  'blockedModels',
  'reason',
  'failures',
  'lastUsed',
  'account',
];
const MODEL = ['model', 'until', 'reason'];
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

export async function readStats(gatewayUrl: string): Promise<Stats> {
  const response = await fetch(`${gatewayUrl}/v1/tokens/stats?pool=github`);
  if (response.status !== 200) throw new Error(`stats: ${response.status} ${await response.text()}`);
  return (await response.json()) as Stats;
}

/** Where the statistics differ from it in names, order and types. */
export function contractShape(stats: object): string[] {
  const wrong: string[] = [];
  const expect = (what: string, fits: boolean) => {
    if (!fits) wrong.push(what);
  };
  const hasKeys = (what: string, value: object, names: readonly string[]) =>
    expect(`${what}: ${Object.keys(value).join()}`, Object.keys(value).join() === names.join());
  const isText = (value: unknown) => typeof value === 'string';
  const isTime = (value: unknown) => value === null || (isText(value) && TIME.test(value as string));
  // biome-ignore lint/suspicious/noExplicitAny: its shape is what is looked at
  const top = stats as any;
  hasKeys('answer', top, TOP);
  expect('pool', isText(top.pool));
  expect('current_token', isText(top.current_token));
  expect('total_tokens', top.total_tokens === top.tokens.length);
  expect('pools', top.pools.every(isText));
  expect(
    'one token is current',
    top.tokens.filter((token: { isCurrent: unknown }) => token.isCurrent === true).length === 1,
  );
  for (const token of top.tokens) {
    hasKeys(token.key, token, TOKEN);
    expect(`${token.key} flags`, typeof token.isCurrent === 'boolean' && typeof token.blocked === 'boolean');
    expect(
      `${token.key} blockedUntil`,
      isTime(token.blockedUntil) && token.blocked === (token.blockedUntil !== null),
    );
    expect(`${token.key} lastUsed`, isTime(token.lastUsed));
    expect(`${token.key} reason`, token.reason === null || isText(token.reason));
    expect(`${token.key} failures`, Number.isInteger(token.failures));
    expect(`${token.key} account`, isText(token.account));
    for (const block of token.blockedModels) {
      hasKeys(`${token.key} model`, block, MODEL);
      expect(`${token.key} until`, isTime(block.until) && block.until !== null && isText(block.reason));
    }
  }
  return wrong;
}
