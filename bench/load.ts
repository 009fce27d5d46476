import { type Connection, chatRequest, openConnection } from './connection.ts';

/**
 * The load, as a process of its own: `node bench/load.ts <closed|open|streams> <url> <seconds> <connections, rate or streams>`.
 * Prints one line of JSON. `open` sends at a fixed rate whatever comes back; every measure is in microseconds.
 */
const [mode, target, seconds = '4', size = '32'] = process.argv.slice(2);
const url = new URL(target!);
const runMs = Number(seconds) * 1000;

const now = () => Number(process.hrtime.bigint()) / 1000;
const percentile = (sorted: readonly number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null;
const summary = (samples: number[]) => {
  samples.sort((a, b) => a - b);
  return { p50: percentile(samples, 0.5), p99: percentile(samples, 0.99) };
};

async function closed(connections: number) {
  const request = chatRequest(url, 'json:700', false);
  const endMs = performance.now() + runMs;
  const took: number[] = [];
  let errors = 0;
  const worker = async () => {
    const connection = openConnection(url);
    while (performance.now() < endMs) {
      const started = now();
      if ((await connection.exchange(request)) === 200) took.push(now() - started);
      else errors++;
      if (errors > 1000) break;
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: connections }, worker));
  return { done: took.length, errors, ...summary(took) };
}

async function open(rate: number) {
  const request = chatRequest(url, 'json:700', false);
  const idle: Connection[] = [];
  const took: number[] = [];
  let errors = 0;
  let pending = 0;
  const fire = async () => {
    const connection = idle.pop() ?? openConnection(url);
    const started = now();
    pending++;
    if ((await connection.exchange(request)) === 200) took.push(now() - started);
    else errors++;
    pending--;
    idle.push(connection);
  };
  const startedMs = performance.now();
  let sent = 0;
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const elapsed = performance.now() - startedMs;
      for (const due = (Math.min(elapsed, runMs) / 1000) * rate; sent < due; sent++) void fire();
      if (elapsed < runMs || (pending > 0 && elapsed < runMs + 5000)) return;
      clearInterval(timer);
      resolve();
    }, 1);
  });
  return { done: took.length, errors: errors + pending, ...summary(took) };
}

async function streams(count: number) {
  const events = 50;
  const gapMs = Math.max(2, Math.round(runMs / events));
  const request = chatRequest(url, `sse:${events}:${gapMs}`, true);
  const first: number[] = [];
  const travel: number[] = [];
  let errors = 0;
  let seen = 0;
  const one = async () => {
    const connection = openConnection(url);
    const started = now();
    let text = '';
    let mine = 0;
    let ended = false;
    const status = await connection.exchange(request, (part) => {
      text += part;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const event = text.slice(0, end);
        text = text.slice(end + 2);
        if (event === 'data: [DONE]') ended = true;
        const sent = /"sent":(\d+)/.exec(event);
        if (!sent) continue;
        if (mine++ === 0) first.push(now() - started);
        else travel.push(now() - Number(sent[1]) / 1000);
      }
    });
    connection.close();
    seen += mine;
    if (status !== 200 || mine !== events || !ended) errors++;
  };
  await Promise.all(Array.from({ length: count }, one));
  const { p50, p99 } = summary(first);
  const event = summary(travel);
  return { done: seen, errors, firstP50: p50, firstP99: p99, p50: event.p50, p99: event.p99 };
}

const modes = { closed, open, streams };
console.log(JSON.stringify(await modes[mode as keyof typeof modes](Number(size))));
process.exit(0);
