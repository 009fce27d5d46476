/** Aborted by Ctrl-C or SIGTERM: how a verb that goes on for ever is asked to end. */
export function untilInterrupted(): AbortSignal {
  const controller = new AbortController();
  const end = () => controller.abort();
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  return controller.signal;
}
