import type { RequestLine } from '@holdfast/gateway/access-log';
import type { GatewayStatus } from '@holdfast/gateway/admin/status';
import { ServiceAway } from '../suite/service-error.ts';
import type { SuiteClient } from '../suite/suite-client.ts';
import { every } from '../terminal/every.ts';

export interface FollowOptions {
  readonly suite: SuiteClient;
  readonly signal: AbortSignal;
  /** Gets requests oldest first; the first call has those the gateway still remembers. */
  readonly onRequests: (lines: readonly RequestLine[]) => void;
  /** Something went on that the lines do not tell. */
  readonly onNotice: (text: string) => void;
}

const INTERVAL_MS = 500;

/** What the gateway's admin port remembers: its latest hundred requests, oldest first. */
export async function recentRequests(suite: SuiteClient): Promise<RequestLine[]> {
  const { requests } = await suite.ask<GatewayStatus>('gateway admin', '/admin/status');
  return requests.toReversed();
}

/**
 * Looks twice a second at the requests that the gateway remembers. When more than those hundred came between two looks,
 * that is said; its log has them all. Until the signal; rejects only when the gateway is away at first.
 */
export async function followGateway({ suite, signal, onRequests, onNotice }: FollowOptions): Promise<void> {
  let known: ReadonlySet<string> | null = null;
  let away = false;

  await every(INTERVAL_MS, signal, async () => {
    let lines: RequestLine[];
    try {
      lines = await recentRequests(suite);
    } catch (error) {
      if (known === null || !(error instanceof ServiceAway)) throw error;
      if (!away) onNotice(error.message);
      away = true;
      return;
    }
    if (away) onNotice('the gateway is back');
    away = false;
    const seen = known;
    const fresh = seen === null ? lines : lines.filter((line) => !seen.has(identityOf(line)));
    const isGap = fresh.length === lines.length && fresh.length >= (seen?.size ?? 0);
    if (seen !== null && seen.size > 0 && isGap)
      onNotice(
        'requests between the last line and the next may be missing here; the log of the gateway has them',
      );
    onRequests(fresh);
    if (lines.length > 0) known = new Set(lines.map(identityOf));
    else known ??= new Set();
  });
}

/** A client may send the same id twice. */
const identityOf = ({ request_id, time }: RequestLine) => `${request_id} ${time}`;
