/** The present time as log lines have it. Under load many of them fall into one millisecond, and wording it is half of what they cost. */
export function createTimeText(): () => string {
  let atMs = 0;
  let text = '';
  return () => {
    const nowMs = Date.now();
    if (nowMs !== atMs) {
      atMs = nowMs;
      text = new Date(nowMs).toISOString();
    }
    return text;
  };
}
