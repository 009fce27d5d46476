import type { Answer } from '@holdfast/simulator/behaviour';
import { until } from '../../support/until.ts';
import type { Sign } from './cell.ts';
import type { Fleet } from './fleet.ts';
import { TOKENS } from './fleet-config.ts';

export const PRIMARY = 'main/primary';

export const primaryDies = ({ simulator }: Fleet): void =>
  simulator.behave('primary', { fault: 'server_503' });
export const primaryIsWell = ({ simulator }: Fleet): void => simulator.clearBehaviour('primary');

/** How an endpoint of the cluster `main` stands, by each gateway. */
export async function standings({ gateways }: Fleet, name: string) {
  const statuses = await Promise.all(gateways.map((gateway) => gateway.status()));
  return statuses.map(
    ({ clusters }) =>
      clusters
        .find((cluster) => cluster.name === 'main')!
        .endpoints.find((endpoint) => endpoint.name === name)!,
  );
}

export const primaryStands = async (
  fleet: Fleet,
  holds: (endpoint: Awaited<ReturnType<typeof standings>>[number]) => boolean,
): Promise<boolean> => (await standings(fleet, 'primary')).every(holds);

/** Resolves when every gateway has heard from the health-checker how the primary is. */
export const primaryIsKnownAs = (fleet: Fleet, health: string): Promise<void> =>
  until(`the primary is known as ${health}`, () =>
    primaryStands(fleet, (endpoint) => endpoint.health === health),
  );

export const isQueued = async ({ redis }: Fleet): Promise<boolean> =>
  (await redis.command('ZSCORE', 'holdfast:v1:failure-queue', PRIMARY)) !== '$-1';

/** From now on the provider knows only the tokens behind the first `count`. */
export function tokensDie({ simulator }: Fleet, count: number): void {
  const dead: [string, Answer][] = TOKENS.slice(0, count).map(({ value }) => [
    value,
    { fault: 'invalid_key' },
  ]);
  simulator.behave('pooled', { tokens: Object.fromEntries(dead) });
}

/** Chats with the token of this number that the provider refused. */
export const refusals = ({ simulator }: Fleet, number: number): number =>
  simulator
    .requests('pooled')
    .filter(
      ({ token, path, status }) =>
        token === TOKENS[number - 1]!.value && path.endsWith('/chat/completions') && status === 401,
    ).length;

/** Tokens that the token-rotator holds for dead, by name. */
export async function invalidTokens({ ask }: Fleet): Promise<string[]> {
  const { status, text } = await ask('GET', '/v1/tokens/stats?pool=github');
  const tokens: { key: string; reason: string | null }[] = status === 200 ? JSON.parse(text).tokens : [];
  return tokens.filter(({ reason }) => reason === 'invalid').map(({ key }) => key);
}

/** Failures of the primary that each gateway has met itself. */
export const ownFailures = async ({ gateways }: Fleet): Promise<number[]> =>
  Promise.all(
    gateways.map(async (gateway) =>
      (await gateway.metrics()).sum('holdfast_upstream_attempts_total', {
        llm_endpoint: 'primary',
        result: 'overloaded',
      }),
    ),
  );

/** Posts of the user `u` by the state of their tags; null: the tagger does not answer. */
export async function tagging(fleet: Fleet): Promise<Record<string, number> | null> {
  const { status, text } = await fleet.ask('GET', '/users/u/posts/tagging_stats');
  return status === 200 ? JSON.parse(text).stats_by_status : null;
}

export const POSTS = ['a morning at the harbour', 'an evening at the lake', 'a night on the train'];

/** Sends the posts, which the same id makes one; the status of the answer. */
export const sendPosts = async (fleet: Fleet): Promise<number> =>
  (
    await fleet.ask(
      'POST',
      '/users/u/posts',
      POSTS.map((text, index) => ({ id: `post-${index}`, text })),
    )
  ).status;

export const postsAreTagged: Sign = {
  text: 'posts are taken and tagged',
  async holds(fleet) {
    if ((await sendPosts(fleet)) >= 300) return false;
    const posts = await tagging(fleet);
    return posts !== null && posts.success! >= POSTS.length && posts.pending === 0 && posts.retrying === 0;
  },
};
