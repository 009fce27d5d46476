import type { Config } from '@holdfast/config/types';
import type { KeyGuards } from '@holdfast/runtime/require-key';
import express, { type RequestHandler, Router } from 'express';
import type { Post } from '../store/posts.ts';
import { type Store, StoreUnavailable } from '../store/store.ts';
import { ApiError, unknownPost } from './api-error.ts';
import { cursorAfter, readCount, readCursor, readId, readStatus } from './fields.ts';
import { readNewPosts, timeOrderedId } from './new-posts.ts';

export interface PostsRoutesOptions {
  readonly store: Store;
  readonly config: () => Config;
  readonly guards: KeyGuards;
  readonly onCreated: () => void;
  /** The database was away. */
  readonly onRefused: (posts: number) => void;
  readonly now: () => number;
}

const PAGE = { initial: 50, max: 200 };

/** Creating, listing and reading posts. */
export function postsRoutes({
  store,
  config,
  guards,
  onCreated,
  onRefused,
  now,
}: PostsRoutesOptions): Router {
  const router = Router();
  const body: RequestHandler = (request, response, next) => {
    express.json({ limit: config().server.maxBodyBytes })(request, response, next);
  };

  // The key before the body: nobody makes the service read megabytes without one.
  router.post('/users/:user_id/posts', guards.write, body, async (request, response) => {
    const userId = readId('user_id', request.params.user_id);
    const { many, posts } = readNewPosts(request.body);
    const nowMs = now();
    const result = await store
      .use(({ posts: table, ids }) => {
        const newId = (index: number) => (ids === 'numbered' ? null : timeOrderedId(nowMs, index));
        const identified = posts.map(({ id, text }, index) => ({ id: id ?? newId(index), text }));
        return table.create(userId, identified, nowMs);
      })
      .catch((error: unknown) => {
        if (error instanceof StoreUnavailable) onRefused(posts.length);
        throw error;
      });
    if (result.kind === 'conflict') {
      const param = many ? `[${result.index}].id` : 'id';
      throw new ApiError({
        status: 409,
        code: 'post_exists',
        message: `'${param}' is the id of another post; nothing was stored.`,
        param,
      });
    }
    if (result.created > 0) onCreated();
    const shown = result.posts.map(toJson);
    response.status(result.created > 0 ? 201 : 200).json(many ? { posts: shown, next: null } : shown[0]);
  });

  router.get('/users/:user_id/posts', guards.read, async (request, response) => {
    const userId = readId('user_id', request.params.user_id);
    const status = readStatus(request.query);
    const limit = readCount(request.query, 'limit', PAGE);
    const afterId = readCursor(request.query);
    // One more than asked for tells whether there is a next page.
    const found = await store.use(({ posts }) => posts.list({ userId, status, afterId, limit: limit + 1 }));
    const page = found.slice(0, limit);
    const last = page.at(-1);
    response.json({
      posts: page.map(toJson),
      next: found.length > limit && last ? cursorAfter(last.id) : null,
    });
  });

  router.get('/posts/:post_id', guards.read, async (request, response) => {
    const id = readId('post_id', request.params.post_id);
    const post = await store.use(({ posts }) => posts.find(id));
    if (!post) throw unknownPost();
    response.json(toJson(post));
  });

  return router;
}

const toJson = (post: Post) => ({
  id: post.id,
  user_id: post.userId,
  text: post.text,
  tags: post.tags,
  tagging_status: post.status,
  tagging_attempts: post.attempts,
  last_tagging_attempt: post.lastAttempt,
  tagging_error: post.error,
  created_at: post.createdAt,
});
