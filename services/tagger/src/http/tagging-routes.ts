import type { Config } from '@holdfast/config/types';
import type { KeyGuards } from '@holdfast/runtime/require-key';
import { Router } from 'express';
import type { Store } from '../store/store.ts';
import { unknownPost } from './api-error.ts';
import { readCount, readFlag, readId } from './fields.ts';

export interface TaggingRoutesOptions {
  readonly store: Store;
  readonly config: () => Config;
  readonly guards: KeyGuards;
  readonly onQueued: () => void;
  readonly now: () => number;
}

const RETRY = { initial: 1000, max: 10_000 };

/** How a user's tagging stands, and putting posts in line again. */
export function taggingRoutes({ store, config, guards, onQueued, now }: TaggingRoutesOptions): Router {
  const router = Router();

  router.get('/users/:user_id/posts/tagging_stats', guards.read, async (request, response) => {
    const userId = readId('user_id', request.params.user_id);
    const { total, withTags, byStatus } = await store.use(({ posts }) => posts.stats(userId));
    const { tagging } = config();
    response.json({
      user_id: userId,
      total_posts: total,
      posts_with_tags: withTags,
      posts_need_retry: byStatus.retrying + byStatus.failed,
      stats_by_status: byStatus,
      tagging_enabled: tagging.model !== null,
      max_retry_attempts: tagging.maxAttempts,
    });
  });

  router.post('/users/:user_id/posts/retry_tagging', guards.write, async (request, response) => {
    const userId = readId('user_id', request.params.user_id);
    const force = readFlag(request.query, 'force');
    const limit = readCount(request.query, 'limit', RETRY);
    const { maxAttempts } = config().tagging;
    const result = await store.use(({ requeue }) =>
      requeue.retry({ userId, force, limit, maxAttempts, nowMs: now() }),
    );
    if (result.queued > 0) onQueued();
    response.json(result);
  });

  router.post('/posts/:post_id/regenerate_tags', guards.write, async (request, response) => {
    const id = readId('post_id', request.params.post_id);
    const status = await store.use(({ requeue }) => requeue.regenerate(id, now()));
    if (status === null) throw unknownPost();
    onQueued();
    response.status(202).json({ post_id: id, tagging_status: status });
  });

  return router;
}
