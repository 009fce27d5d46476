import {
  type RawScript,
  type RawUpstream,
  type RawUpstreamOptions,
  startRawUpstream,
} from '../raw-upstream.ts';

export interface NetworkFault {
  /** Says what the upstream does. */
  readonly name: string;
  /**
   * What a caller has to notice: `error` on the connection, `timeout` (only its own timer ends it), `content` (HTTP is
   * satisfied, the body is no answer), `nothing` (a good answer; what follows or precedes it must do no harm).
   */
  readonly shows: 'error' | 'timeout' | 'content' | 'nothing';
  /** Its own upstream on a free loopback port; dispose of it. */
  start(): Promise<RawUpstream>;
  /** What it does with a connection, for an upstream that does so only now and then; without one the fault is in the address. */
  readonly script?: RawScript;
}

export function scripted(
  name: string,
  shows: NetworkFault['shows'],
  script: RawScript,
  options: RawUpstreamOptions = {},
): NetworkFault {
  return { name, shows, script, start: () => startRawUpstream(script, options) };
}
