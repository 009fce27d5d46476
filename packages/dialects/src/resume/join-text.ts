/** How many characters that were said already prove a repetition, when a continuation begins with them. */
export interface Proof {
  /** The end of the text so far. */
  readonly tail: number;
  /** All of the text so far. */
  readonly whole: number;
  /** Its beginning, after which the continuation goes other ways. */
  readonly head: number;
}

/** Fits a continuation to the text that was said before it. */
export interface TextJoin {
  /** What the client is to see of the next piece; the first ones are held back until it is clear whether they repeat anything. */
  push(piece: string): string;
  /** The rest of what was held back: no piece follows, or not at this place. */
  flush(): string;
  /** Characters that were left out as said already. */
  readonly skipped: number;
  /** The continuation began the answer anew in other words: nothing of it fits. */
  readonly restarted: boolean;
}

/** A text that repeats itself at this length will do so again: waiting longer would prove nothing. */
const REFRAIN = 48;

/**
 * `said` is what the client has, of which the model was shown the first `shown` characters: white space at the end is not, so
 * that it may come again. Repetitions beyond that are those of models that do not take the text for theirs: they say its
 * end again, or begin all over. A text that has the same passage twice proves nothing by having it a third time.
 */
export function joinText(said: string, shown: number, proof: Proof): TextJoin {
  const unseen = said.slice(shown);
  let held = '';
  let gapClosed = unseen === '';
  let from = 0; // no place before this one has what is held
  let decided = false;
  let restarted = false;
  let skipped = 0;

  function closeGap(): boolean {
    if (gapClosed) return true;
    const again = commonLength(held, unseen);
    if (again === held.length && again < unseen.length) return false;
    skip(again);
    gapClosed = true;
    return true;
  }

  function skip(length: number): void {
    held = held.slice(length);
    skipped += length;
  }

  /** What is held may still turn out to be the beginning of a longer repetition. */
  function isOpen(): boolean {
    from = said.indexOf(held, from);
    if (from === -1 || from + held.length >= said.length) return false;
    return held.length < REFRAIN || said.indexOf(held, from + 1) === -1;
  }

  function decide(): string {
    decided = true;
    const again = tailLength(said, held);
    if (
      again === said.length
        ? again >= proof.whole && !isPeriodic(said)
        : again >= proof.tail && isUnique(again)
    ) {
      skip(again);
    } else {
      const begun = commonLength(held, said);
      restarted = begun >= proof.head && said.indexOf(said.slice(0, begun), 1) === -1;
    }
    return restarted ? '' : held;
  }

  const isUnique = (length: number) => said.indexOf(said.slice(-length)) === said.length - length;

  return {
    push(piece) {
      if (decided) return restarted ? '' : piece;
      held += piece;
      return !closeGap() || held === '' || isOpen() ? '' : decide();
    },
    flush() {
      if (decided) return '';
      if (!gapClosed) skip(commonLength(held, unseen));
      return decide();
    },
    get skipped() {
      return skipped;
    },
    get restarted() {
      return restarted;
    },
  };
}

function commonLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

/** The longest beginning of `next` with which `said` ends. */
function tailLength(said: string, next: string): number {
  for (let length = Math.min(said.length, next.length); length > 0; length--) {
    if (said.endsWith(next.slice(0, length))) return length;
  }
  return 0;
}

/** Its first half comes again further on: two lines of a list of equal lines are no less likely to be followed by a third. */
function isPeriodic(text: string): boolean {
  return text.indexOf(text.slice(0, Math.ceil(text.length / 2)), 1) !== -1;
}
