import { describe, expect, test } from '@jest/globals';
import { startTagger } from '../testing/start-tagger.ts';
import { POSTS, useApi } from './api-rig.ts';

/** What the API refuses, and how. */
export function describeApiInput(name: string, freshUrl: () => Promise<string>): void {
  describe(`${name}, the API`, () => {
    const { configOf, call } = useApi(freshUrl);

    test.each([
      ['GET', '/posts/no-such-post', 'post_not_found'],
      ['POST', '/posts/no-such-post/regenerate_tags', 'post_not_found'],
      ['GET', '/nothing/here', 'not_found'],
      ['GET', '/posts/a/regenerate_tags', 'not_found'],
    ] as const)('answers %s %s with 404', async (method, path, code) => {
      expect(await call(method, path)).toMatchObject({ status: 404, body: { error: { code } } });
    });

    test.each([
      ['no body', POSTS, undefined, 'body'],
      ['no JSON', POSTS, '{"text":', 'body'],
      ['a text for a body', POSTS, '"hello"', 'body'],
      ['no text', POSTS, {}, 'text'],
      ['a number for a text', POSTS, { text: 5 }, 'text'],
      ['null for a text', POSTS, { text: null }, 'text'],
      ['a text with U+0000', POSTS, { text: 'a\0b' }, 'text'],
      ['a text that is too long', POSTS, { text: 'x'.repeat(100_001) }, 'text'],
      ['a number for an id', POSTS, { id: 5, text: 'a' }, 'id'],
      ['an empty id', POSTS, { id: '', text: 'a' }, 'id'],
      ['an id that is too long', POSTS, { id: 'x'.repeat(201), text: 'a' }, 'id'],
      ['an id with a control character', POSTS, { id: 'a\nb', text: 'a' }, 'id'],
      ['an empty list', POSTS, [], 'body'],
      ['a list that is too long', POSTS, Array(1001).fill({ text: 'a' }), 'body'],
      ['a list with a bad text', POSTS, [{ text: 'a' }, { text: {} }], '[1].text'],
      ['a list in a list', POSTS, [[{ text: 'a' }]], '[0]'],
      ['a user that is too long', `/users/${'u'.repeat(201)}/posts`, { text: 'a' }, 'user_id'],
      ['a user with U+0000', '/users/%00/posts', { text: 'a' }, 'user_id'],
      ['force=maybe', `${POSTS}/retry_tagging?force=maybe`, undefined, 'force'],
      ['limit=0', `${POSTS}/retry_tagging?limit=0`, undefined, 'limit'],
      ['limit=-1', `${POSTS}/retry_tagging?limit=-1`, undefined, 'limit'],
      ['limit=1.5', `${POSTS}/retry_tagging?limit=1.5`, undefined, 'limit'],
      ['limit=abc', `${POSTS}/retry_tagging?limit=abc`, undefined, 'limit'],
      ['a huge limit', `${POSTS}/retry_tagging?limit=99999999`, undefined, 'limit'],
      ['two limits', `${POSTS}/retry_tagging?limit=1&limit=2`, undefined, 'limit'],
    ])('refuses %s with 400 and the name of the field', async (_name, path, body, param) => {
      expect(await call('POST', path, body)).toMatchObject({
        status: 400,
        body: { error: { param, message: expect.any(String) } },
      });
    });

    test.each([
      ['status=done', 'status'],
      ['limit=201', 'limit'],
      ['cursor=!!', 'cursor'],
      ['cursor=', 'cursor'],
    ])('refuses a list with ?%s', async (query, param) => {
      expect(await call('GET', `${POSTS}?${query}`)).toMatchObject({
        status: 400,
        body: { error: { param } },
      });
    });

    test('refuses a body that is too large or of another type, and paths that are malformed', async () => {
      const config = await configOf();
      await using small = await startTagger({ ...config, server: { ...config.server, maxBodyBytes: 1000 } });
      expect(await small.api('POST', POSTS, { text: 'x'.repeat(2000) })).toMatchObject({ status: 413 });
      expect(await call('POST', POSTS, '{"text":"a"}', { 'content-type': 'text/plain' })).toMatchObject({
        status: 400,
      });
      expect(await call('GET', '/users/%E0%A4/posts')).toMatchObject({ status: 400 });
      expect(await call('GET', `/users/u/posts`, undefined, { 'x-forwarded-for': "'" })).toMatchObject({
        status: 200,
      });
    });
  });
}
