import type { ProviderError } from '@holdfast/core/verdict';
import { expect, test } from '@jest/globals';
import { scrubProviderError } from '../../src/errors/scrub-provider-error.ts';

const error: ProviderError = {
  status: 400,
  type: 'invalid_request_error',
  code: 'unsupported_parameter',
  param: 'messages.[0].content',
  message: "Unsupported parameter: 'max_tokens' is not supported with this model.",
  retryAfterMs: 2000,
};

test('an error that tells nothing stays as it is', () => {
  expect(scrubProviderError(error, 'sk-abcdefgh12345678')).toEqual(error);
  expect(scrubProviderError({ ...error, type: null, code: null, param: null }, null)).toMatchObject({
    type: null,
    code: null,
    param: null,
  });
});

test('the credential is shown in no part of it, also where it looks like none', () => {
  const echo = 'relay key, hunter2';
  const scrubbed = scrubProviderError(
    { ...error, type: echo, code: `bad ${echo}`, param: echo, message: `The key "${echo}" is odd.` },
    echo,
  );
  expect(JSON.stringify(scrubbed)).not.toContain('hunter2');
  expect(scrubbed.message).toBe('The key "[redacted]" is odd.');
});

test("another's credential is recognised by its form in every part", () => {
  const key = 'ghp_abcdefgh12345678';
  const scrubbed = scrubProviderError({ ...error, type: key, code: key, param: key, message: key }, null);
  expect(JSON.stringify(scrubbed)).not.toContain(key);
});
