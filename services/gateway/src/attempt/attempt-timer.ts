/** What an attempt is waiting for. */
export type Phase = 'connect' | 'headers' | 'first_content' | 'idle';

/**
 * The one timer of an attempt: for the phase it is in, and for the limit over all of them. Their ends move with every event,
 * the timer does not: when it fires early it is set again for the rest. Times are ms on the monotonic clock.
 */
export class AttemptTimer {
  readonly #now: () => number;
  readonly #expired: (what: Phase | 'limit', nowMs: number) => void;
  #phase: Phase = 'connect';
  #phaseEndsMs = Number.POSITIVE_INFINITY;
  #limitMs: number;
  #paused = false;
  #timer: NodeJS.Timeout | undefined;
  #firesMs = Number.POSITIVE_INFINITY;

  /** `expired` is told what ended; the phase goes on unless `stop` is called then. */
  constructor(now: () => number, limitMs: number, expired: (what: Phase | 'limit', nowMs: number) => void) {
    this.#now = now;
    this.#limitMs = limitMs;
    this.#expired = expired;
  }

  /** The next phase, and how long it may take. */
  enter(phase: Phase, forMs: number): void {
    this.#phase = phase;
    this.extend(forMs);
  }

  /** There was progress: the phase may take this long from now. */
  extend(forMs: number): void {
    this.#phaseEndsMs = this.#now() + forMs;
    if (this.#nextEndMs() < this.#firesMs) this.#arm();
  }

  /** The same time goes on under another name. */
  rename(phase: Phase): void {
    this.#phase = phase;
  }

  setLimit(limitMs: number): void {
    this.#limitMs = limitMs;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Only the limit counts until `resume`. */
  pause(): void {
    this.#paused = true;
  }

  resume(forMs: number): void {
    this.#paused = false;
    this.extend(forMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  readonly #tick = (): void => {
    const now = this.#now();
    if (now >= this.#limitMs) this.#expired('limit', now);
    else if (now >= this.#phaseEndsMs && !this.#paused) this.#expired(this.#phase, now);
    else this.#arm();
  };

  #arm(): void {
    clearTimeout(this.#timer);
    this.#firesMs = this.#nextEndMs();
    this.#timer = setTimeout(this.#tick, Math.max(1, Math.ceil(this.#firesMs - this.#now())));
  }

  #nextEndMs(): number {
    return this.#paused ? this.#limitMs : Math.min(this.#phaseEndsMs, this.#limitMs);
  }
}
