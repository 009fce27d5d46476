import { estimatedTokens } from '../answers/estimated-tokens.ts';
import type { DialectName, Usage } from '../dialect.ts';
import { parseObject } from '../json.ts';
import { frameEvents } from '../sse/frame-events.ts';
import type { ContinuationStyle } from './continuation-style.ts';
import { PROOFS } from './continuation-style.ts';
import { continueChat } from './continue-chat.ts';
import { continueMessages } from './continue-messages.ts';
import { joinText } from './join-text.ts';
import { shownText } from './shown-text.ts';
import type { Spoken } from './spoken.ts';

/** Tells the stream of a continuation as the rest of the stream that broke off. */
export interface Continuation {
  /** Takes whole events, as a `StreamReader` gives them; what the client is to see of them, perhaps nothing. */
  rewrite(events: Buffer): Buffer;
  /** The last events, and a terminator if none is among them. */
  end(events: Buffer): Buffer;
  /** It began the answer anew in other words: no answer to go on with. */
  readonly restarted: boolean;
  /**
   * The usage of the whole answer: what was said before counts as output, by estimate, and no longer as input.
   * Null stays null.
   */
  whole(usage: Usage | null): Usage | null;
}

export interface ContinuationOptions {
  readonly dialect: DialectName;
  readonly spoken: Spoken;
  readonly style: ContinuationStyle;
  /** Asked for once, when the client is about to see something: what to write before it. */
  readonly announce: () => string;
}

export function continueStream({ dialect, spoken, style, announce }: ContinuationOptions): Continuation {
  const shown = shownText(spoken.text).length;
  const join = joinText(spoken.text, shown, PROOFS[style]);
  const share = ({ inputTokens, outputTokens }: Usage): Usage => ({
    inputTokens:
      inputTokens === null ? null : (spoken.inputTokens ?? Math.max(0, inputTokens - estimatedTokens(shown))),
    outputTokens:
      outputTokens === null
        ? null
        : outputTokens + estimatedTokens(Math.max(0, spoken.text.length - join.skipped)),
  });
  const open = dialect === 'anthropic-messages' ? continueMessages : continueChat;
  const { rewrite: rewriteEvent, terminator } = open(spoken, join, share);
  const framer = frameEvents();
  let announced = false;
  let terminated = false;

  function rewriteAll(events: Buffer): string {
    framer.push(events);
    let out = '';
    while (framer.next()) {
      const event = framer.data === null ? null : parseObject(framer.data);
      if (event !== null && event.type !== 'message_stop') out += rewriteEvent(event);
      else {
        out += framer.bytes.toString('utf8', framer.start, framer.end);
        if (framer.data !== null) terminated = true;
      }
    }
    return out;
  }

  function announcing(out: string): Buffer {
    if (out === '' || join.restarted) return EMPTY;
    const before = announced ? '' : announce();
    announced = true;
    return Buffer.from(before + out);
  }

  return {
    rewrite: (events) => announcing(rewriteAll(events)),
    end(events) {
      const out = rewriteAll(events);
      return announcing(terminated ? out : out + terminator);
    },
    get restarted() {
      return join.restarted;
    },
    whole: (usage) => usage && share(usage),
  };
}

const EMPTY = Buffer.alloc(0);
