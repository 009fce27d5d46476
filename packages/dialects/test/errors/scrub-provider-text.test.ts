import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { scrubProviderText } from '../../src/errors/scrub-provider-text.ts';

test.each<[string, string, string]>([
  [
    'what helps the client stays',
    "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
    "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
  ],
  [
    'model names stay',
    'The model `meta-llama/Llama-3.3-70B-Instruct` and claude-3-5-sonnet-20241022 skipped',
    'The model `meta-llama/Llama-3.3-70B-Instruct` and claude-3-5-sonnet-20241022 skipped',
  ],
  [
    'figures and comparisons stay',
    'prompt is too long: 210000 tokens > 200000 maximum at messages.0.content',
    'prompt is too long: 210000 tokens > 200000 maximum at messages.0.content',
  ],
  [
    'a starred key goes',
    'Incorrect API key provided: my-key-****wxyz. Fix it',
    'Incorrect API key provided: [redacted] Fix it',
  ],
  [
    'keys by their prefix go',
    'key sk-proj-abcdefgh12345678 and "gsk_abcdefgh1234" and AIzaSyA1234567890 refused',
    'key [redacted] and [redacted] and [redacted] refused',
  ],
  [
    'keys of no known form go',
    'credential 0123456789abcdef0123456789abcdef refused',
    'credential [redacted] refused',
  ],
  [
    'a bearer token goes',
    'Authorization: Bearer abc.def was refused',
    'Authorization: Bearer [redacted] was refused',
  ],
  [
    'organisations and projects go',
    'limit for organization org-AbCdEf in project proj_XyZ9 of user_2xAbCd',
    'limit for organization [redacted] in project [redacted] of [redacted]',
  ],
  ['links go', 'see https://example.com/a?token=b. Or (http://10.0.0.8:8080/v1)', 'see [link] Or [link]'],
  [
    'hosts and addresses go',
    'connect to 10.1.2.3:8443, redis:6379, llm.internal and api.acme.com failed at 12:30',
    'connect to [address] [address] [address] and [address] failed at 12:30',
  ],
  ['paths of files go', 'error in /usr/src/app/server.js near n', 'error in [address] near n'],
  [
    'a page becomes its title',
    '<html><head><title>502 Bad Gateway</title></head><body><script>x()</script></body></html>',
    '502 Bad Gateway',
  ],
  ['tags go', 'it <b>failed</b> here', 'it failed here'],
  [
    'a JavaScript stack goes',
    'TypeError: x is not a function\n    at Object.handler (file.js:10:3)\n    at next (y.js:1:1)',
    'TypeError: x is not a function',
  ],
  ['a Python stack goes', 'failed\nTraceback (most recent call last):\n  File "/srv/a.py", line 3', 'failed'],
  ['control characters and line ends become spaces', 'a\u0000b\r\n\tc\u202Ed', 'a b c d'],
  ['nothing stays nothing', '', ''],
])('%s', (_name, text, expected) => {
  expect(scrubProviderText(text)).toBe(expected);
});

test('long texts are cut', () => {
  expect(scrubProviderText('word '.repeat(1000)).length).toBe(500);
});

test('whatever goes in, no tag, link, key or line end comes out', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom(
      '<script>',
      '<',
      'https://a.example/?q=1',
      'sk-abcdefgh12345678',
      'ghp_abcdefgh12345678',
      ' ',
      '\n',
      '***',
      'org-abc123',
      '\n    at f (x.js:1:2)',
    ),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const out = scrubProviderText(pieces.join(' '));
      expect(out.length).toBeLessThanOrEqual(500);
      expect(out).not.toMatch(/<script|https?:\/\/|sk-abcdefgh|ghp_abcdefgh|org-abc123|\n|\*\*\*/);
    }),
    { numRuns: 500 },
  );
});

test('texts of 100 kB made to be slow are scrubbed like any other', () => {
  for (const text of [
    '<'.repeat(100_000),
    'a.'.repeat(50_000),
    '\n at '.repeat(20_000),
    'sk-'.repeat(33_000),
    `File "${'a'.repeat(100_000)}`,
    '1.'.repeat(50_000),
    '*'.repeat(100_000),
    'user-'.repeat(20_000),
  ]) {
    expect(scrubProviderText(text).length).toBeLessThanOrEqual(500);
  }
});
