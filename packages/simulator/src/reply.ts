import type { OutgoingHttpHeaders } from 'node:http';

/** One thing done on the connection. A reply is a list of these, played in order; after `end` to `stall` nothing follows. */
export type Step =
  | { readonly do: 'wait'; readonly ms: number }
  | {
      readonly do: 'head';
      readonly status: number;
      readonly headers: OutgoingHttpHeaders;
      /** Sent at once, not together with the first bytes of the body. */
      readonly flush: boolean;
      /** The body ends with the connection: no length, no chunks. */
      readonly untilClose: boolean;
    }
  | { readonly do: 'write'; readonly bytes: Buffer | string }
  /** These pieces again and again. */
  | { readonly do: 'repeat'; readonly pieces: readonly Buffer[] }
  /** Past the HTTP server, as they are. */
  | { readonly do: 'raw'; readonly bytes: Buffer }
  /** The response is complete. */
  | { readonly do: 'end'; readonly bytes?: Buffer | string }
  /** FIN after a complete response that did not announce it. */
  | { readonly do: 'end_then_fin' }
  /** FIN, RST, or silence where the response is not complete. */
  | { readonly do: 'fin' }
  | { readonly do: 'rst' }
  | { readonly do: 'stall' };

export type Reply = readonly Step[];
