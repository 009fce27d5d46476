/** Bytes of one body, in one piece at the end. */
export class Collector {
  readonly #maxBytes: number;
  #first: Buffer | null = null;
  #more: Buffer[] | null = null;
  #size = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** False when that is more than `maxBytes`. */
  add(chunk: Buffer): boolean {
    this.#size += chunk.length;
    if (this.#size > this.#maxBytes) return false;
    if (this.#first === null) this.#first = chunk;
    else {
      this.#more ??= [this.#first];
      this.#more.push(chunk);
    }
    return true;
  }

  take(): Buffer {
    return this.#more ? Buffer.concat(this.#more, this.#size) : (this.#first ?? Buffer.alloc(0));
  }
}
