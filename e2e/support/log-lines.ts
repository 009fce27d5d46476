/** One line of a process's log. */
export interface LogLine {
  readonly time: string;
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** The JSON lines of what a process printed, as far as they are whole. */
export function logLines(output: string): LogLine[] {
  return output.split('\n').flatMap((text) => {
    if (!text.startsWith('{')) return [];
    try {
      const line = JSON.parse(text) as LogLine;
      return typeof line.msg === 'string' && typeof line.time === 'string' ? [line] : [];
    } catch {
      return []; // its end is not written yet
    }
  });
}
