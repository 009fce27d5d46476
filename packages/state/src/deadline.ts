/** The work was not done in time. It may still be going on. */
export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded';
}

/** Settles as `work` does, or rejects with `DeadlineExceeded` after `ms`. A late failure of `work` is swallowed. */
export function withDeadline<T>(work: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    // After a blocked event loop, timers run before the sockets are read: the answer may be there already. One turn of
    // the loop later (setImmediate comes after the sockets) it has been read, and only then is it late.
    const timer = setTimeout(() => {
      setImmediate(() => reject(new DeadlineExceeded(`no answer within ${ms} ms`)));
    }, ms);
    work.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
