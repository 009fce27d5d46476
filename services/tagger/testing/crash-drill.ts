import type { Behaviour } from '@holdfast/simulator/behaviour';
import { apiAt, until } from './start-tagger.ts';

/** 30 % 502, 10 % an error inside a 200, 5 % empty. */
export const UNRELIABLE: Behaviour = {
  probability: 0.45,
  latencyMs: [5, 40],
  oneOf: [
    ...Array.from({ length: 6 }, () => ({ fault: 'nginx_502' }) as const),
    ...Array.from({ length: 2 }, () => ({ fault: 'error_in_200' }) as const),
    { fault: 'empty' },
  ],
};

export interface DrillOptions {
  /** Starts a tagger on the database; asked again after each kill. */
  readonly start: () => Promise<{ readonly url: string; kill(): Promise<void> }>;
  readonly database: DrillDatabase;
  readonly posts: number;
  readonly withinMs: number;
}

/** The database as the drill needs it, beside the tagger. */
export interface DrillDatabase {
  query(sql: string): Promise<Record<string, unknown>[]>;
  /** Statements that write each change of tags to `tag_writes`. */
  readonly auditStatements: readonly string[];
  /** Takes it away and brings it back. */
  crash(): Promise<void>;
}

export interface DrillResult {
  readonly seconds: number;
  readonly byStatus: Readonly<Record<string, number>>;
  /** Posts by the number of times their tags were written. */
  readonly byWrites: Readonly<Record<number, number>>;
  /** Posts by the number of their attempts. */
  readonly byAttempts: Readonly<Record<number, number>>;
  /** Posts that are still claimed, in line, or carry an error although they are tagged. */
  readonly inconsistent: number;
}

const EMPTY_EVERY = 50;
const BATCH = 100;

/**
 * Creates posts, kills the tagger at about a fifth and at seven tenths of the way and the database in between, and waits until
 * every post is settled.
 */
export async function runCrashDrill({
  start,
  database,
  posts,
  withinMs,
}: DrillOptions): Promise<DrillResult> {
  const started = performance.now();
  let tagger = await start();
  for (const statement of database.auditStatements) await database.query(statement);
  const texts = Array.from({ length: posts }, (_, index) =>
    index % EMPTY_EVERY === 7 ? '' : `post number ${index} about the harbour`,
  );
  for (let from = 0; from < posts; from += BATCH) {
    const batch = texts
      .slice(from, from + BATCH)
      .map((text, index) => ({ id: `post-${from + index}`, text }));
    // By id the same list can be sent again when it is not known whether it arrived.
    await until(
      async () => (await apiAt(tagger.url)('POST', '/users/drill/posts', batch)).status < 300,
      withinMs,
    );
  }

  const settled = async (share: number) => {
    await until(async () => {
      const { status, body } = await apiAt(tagger.url)('GET', '/users/drill/posts/tagging_stats');
      return (
        status === 200 &&
        body.stats_by_status.success + body.stats_by_status.skipped + body.stats_by_status.failed >=
          posts * share
      );
    }, withinMs);
  };
  const replaceTagger = async () => {
    await tagger.kill();
    tagger = await start();
  };
  await settled(0.2);
  await replaceTagger();
  await settled(0.45);
  await database.crash();
  await settled(0.7);
  await replaceTagger();
  await settled(1);
  await tagger.kill();

  const countBy = async (sql: string) =>
    Object.fromEntries((await database.query(sql)).map(({ key, count }) => [String(key), Number(count)]));
  const [inconsistent] = await database.query(`
    select count(*) as count from posts
    where tagging_owner is not null or tagging_due_at is not null or tagging_step <> 0
      or (tagging_status = 'success') <> (tags <> '[]')
      or (tagging_status = 'success' and (tagging_error is not null or tagging_attempts < 1))
      or (tagging_status = 'skipped' and tagging_attempts <> 0)`);
  return {
    seconds: (performance.now() - started) / 1000,
    byStatus: await countBy(
      'select tagging_status as key, count(*) as count from posts group by tagging_status',
    ),
    byWrites: await countBy(
      'select writes as key, count(*) as count from (select count(*) as writes from tag_writes group by post_id) as per_post group by writes',
    ),
    byAttempts: await countBy(
      'select tagging_attempts as key, count(*) as count from posts group by tagging_attempts',
    ),
    inconsistent: Number(inconsistent?.count),
  };
}
