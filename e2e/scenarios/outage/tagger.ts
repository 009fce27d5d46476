import { until } from '../../support/until.ts';
import type { Cells, Sign } from './cell.ts';
import { postsAreTagged, sendPosts, tagging } from './helpers.ts';
import { alert, answers, clientsServed, cliStatus, logged, sign } from './signs.ts';

const postsAreRefused: Sign = sign(
  'posts are refused with 503, and so are questions about them',
  async (fleet) => (await sendPosts(fleet)) === 503,
);
const isAway: readonly Sign[] = [
  answers('GET', '/users/u/posts/tagging_stats', 503, 'service_unavailable'),
  logged(['gateway'], 'service does not answer'),
  cliStatus('tagger does not answer'),
  alert('HoldfastServiceDown', { job: 'tagger' }),
];

export const taggerCells: Cells = {
  absent: { works: [clientsServed], degrades: [postsAreRefused], shows: isAway },
  killed: {
    async before(fleet) {
      // In the middle of its work.
      fleet.simulator.behave('tags', { stall: 'before_headers' });
      fleet.simulator.forget();
      await fleet.ask('POST', '/users/u/posts', { id: 'unfinished', text: 'a letter that was never sent' });
      await until('it is being tagged', () => fleet.simulator.requests('tags').length > 0);
    },
    works: [clientsServed],
    degrades: [postsAreRefused],
    shows: isAway,
  },
  hung: { works: [clientsServed], degrades: [postsAreRefused], shows: isAway },
  back: {
    meanwhile: ({ simulator }) => simulator.clearBehaviour('tags'),
    works: [
      clientsServed,
      postsAreTagged,
      sign('a post that was being tagged is tagged after all', async (fleet) => {
        const posts = await tagging(fleet);
        return posts !== null && posts.pending === 0 && posts.retrying === 0 && posts.failed === 0;
      }),
    ],
    degrades: [],
    shows: [answers('GET', '/users/u/posts/tagging_stats', 200)],
  },
};
