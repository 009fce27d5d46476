import { createInProcessState } from '../src/in-process-state.ts';
import { type SharedState, StateUnavailable } from '../src/shared-state.ts';

/** An in-process state whose store can be away. `calls` lists the methods called, also in vain. */
export interface UnreliableState extends SharedState {
  setUp(up: boolean): void;
  readonly calls: string[];
}

const QUIET = new Set(['onUpChange', 'subscribe', 'close']);

export function createUnreliableState(now?: () => number): UnreliableState {
  const inner = createInProcessState(now);
  const listeners = new Set<(up: boolean) => void>();
  const calls: string[] = [];
  let up = true;
  const own = {
    calls,
    setUp(next: boolean) {
      up = next;
      for (const listener of listeners) listener(next);
    },
    onUpChange(listener: (up: boolean) => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  return new Proxy(inner, {
    get(target, name: keyof SharedState) {
      if (name === 'up') return up;
      if (Object.hasOwn(own, name)) return own[name as keyof typeof own];
      const method = target[name];
      if (typeof method !== 'function' || QUIET.has(name)) return method;
      return (...args: unknown[]) => {
        calls.push(name);
        return up
          ? (method as (...all: unknown[]) => unknown)(...args)
          : Promise.reject(new StateUnavailable('away'));
      };
    },
  }) as UnreliableState;
}
