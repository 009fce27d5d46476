const ASKED = Buffer.from('"stream_options":{"include_usage":true},');

/** The body of a streamed chat or completion that says nothing of `stream_options`, asking for usage; every other byte stays. */
export function withUsage(body: Buffer): Buffer {
  const inside = body.indexOf('{') + 1;
  return Buffer.concat([body.subarray(0, inside), ASKED, body.subarray(inside)]);
}
