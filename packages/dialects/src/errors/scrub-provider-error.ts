import type { ProviderError } from '@holdfast/core/verdict';
import { scrubProviderText } from './scrub-provider-text.ts';

/**
 * A provider's error as it may be shown to the client: every word of it scrubbed (`scrubProviderText`), and the credential it
 * was asked with gone wherever it is echoed, whatever that looks like.
 */
export function scrubProviderError(error: ProviderError, credential: string | null): ProviderError {
  const scrubbed = (text: string) =>
    scrubProviderText(credential ? text.replaceAll(credential, '[redacted]') : text);
  const word = (text: string | null) => (text === null ? null : scrubbed(text));
  return {
    ...error,
    type: word(error.type),
    code: word(error.code),
    param: word(error.param),
    message: scrubbed(error.message),
  };
}
