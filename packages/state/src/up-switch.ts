/** A boolean that tells its listeners when it changes. */
export interface UpSwitch {
  readonly value: boolean;
  /** Returns whether that was a change. */
  set(value: boolean): boolean;
  /** Returns the function that stops `listener`. */
  onChange(listener: (value: boolean) => void): () => void;
  /** Forgets all listeners. */
  clear(): void;
}

export function createUpSwitch(initial: boolean): UpSwitch {
  let current = initial;
  const listeners = new Set<(value: boolean) => void>();
  return {
    get value() {
      return current;
    },
    set(value) {
      if (value === current) return false;
      current = value;
      for (const listener of [...listeners]) listener(value);
      return true;
    },
    onChange(listener) {
      const own = (value: boolean) => listener(value);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    clear: () => listeners.clear(),
  };
}
