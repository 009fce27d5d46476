/** Collects what must be closed and closes it in reverse order; one failure does not keep the rest open. */
export interface Lifecycle {
  /** `close` runs when the process or test ends; last registered, first closed. */
  onClose(name: string, close: () => Promise<void> | void): void;
  /** Safe to call again: all callers get the same promise. Rejects with an AggregateError when some close failed. */
  close(): Promise<void>;
}

export function createLifecycle(): Lifecycle {
  const closers: { name: string; close: () => Promise<void> | void }[] = [];
  let closing: Promise<void> | null = null;

  async function closeAll(): Promise<void> {
    const errors: Error[] = [];
    for (let closer = closers.pop(); closer; closer = closers.pop()) {
      try {
        await closer.close();
      } catch (cause) {
        errors.push(new Error(`closing ${closer.name} failed`, { cause }));
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, errors.map((error) => error.message).join('; '));
  }

  return {
    onClose: (name, close) => void closers.push({ name, close }),
    close: () => {
      closing ??= closeAll();
      return closing;
    },
  };
}
