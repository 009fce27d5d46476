// An upgrade as docs/operations.md describes it: down, a new image, up. What was there before is there after.
import { setTimeout as pause } from 'node:timers/promises';

const TAGGED_WITHIN_MS = 60_000;

/** A list of complaints; empty when nothing was lost. `next`: the same stack with the tag of the new image. */
export async function checkUpgrade(stack, next, newImage) {
  const complaints = [];
  const post = await tagged(stack);
  await call(stack, '/v1/tokens/rotate', { pool: 'github' });
  const before = await remembered(stack, post.id);

  await stack.compose('down', '--timeout', '45');
  const status = await next.compose('up', '-d', '--wait', '--build');
  if (status !== 0) return [`the new image does not start: docker compose up ended with ${status}`];

  const after = await remembered(next, post.id);
  for (const [what, value] of Object.entries(before)) {
    if (value !== after[what])
      complaints.push(`after the upgrade ${what} is ${after[what]}; it was ${value}`);
  }
  const images = (await next.containers()).map(({ Config }) => Config.Image);
  if (!images.includes(newImage)) complaints.push(`after the upgrade no container runs ${newImage}`);
  return complaints;
}

async function tagged(stack) {
  const made = await call(stack, '/users/upgrade/posts', { text: 'Mountains before sunrise' });
  const [{ id }] = made.posts ?? [made];
  const deadline = performance.now() + TAGGED_WITHIN_MS;
  for (;;) {
    const post = await call(stack, `/posts/${id}`);
    if (post.tagging_status === 'success') return post;
    if (performance.now() > deadline) throw new Error(`a post was not tagged: ${JSON.stringify(post)}`);
    await pause(1000);
  }
}

/** What each volume keeps, in words that can be compared. */
async function remembered(stack, postId) {
  const { tags, created_at: createdAt } = await call(stack, `/posts/${postId}`);
  const { current_token: currentToken } = await call(stack, '/v1/tokens/stats?pool=github');
  const [first] = await stack.query('min(min_over_time(process_start_time_seconds{job="prometheus"}[1h]))');
  return {
    'a post': `${createdAt} ${tags.join(', ')}`,
    'the current token of the pool': currentToken,
    "Prometheus' first start": first?.value[1],
    "the digest of Redis' URL": await stack.evaluate(
      'gateway',
      `import { readFileSync } from 'node:fs';
       import { hash } from 'node:crypto';
       console.log(hash('sha256', readFileSync('/run/secrets/state/redis-url')));`,
    ),
  };
}

async function call(stack, path, body) {
  const response = await fetch(stack.gatewayUrl + path, {
    headers: { 'content-type': 'application/json' },
    ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
  });
  return response.json();
}
