import { refusesPrefill } from '../claude-version.ts';
import type { Dialect } from '../dialect.ts';
import type { Proof } from './join-text.ts';

/** How a model is made to go on with a text that another began. */
export type ContinuationStyle =
  /** The text is the last, assistant's message, and the provider goes on with it. */
  | 'prefill'
  /** The same, and the message says `"prefix": true`. */
  | 'prefix'
  /** The same, and the message says `"partial": true`. */
  | 'partial'
  /** The same, and the request says so in vLLM's way. */
  | 'continue_final_message'
  /** The text is an assistant's message, and the user asks to go on: for all who know nothing better. */
  | 'instruction';

/** OpenAI-protocol providers whose documentation promises to go on with a last assistant message. */
const PROVIDERS: readonly { readonly url: RegExp; readonly style: ContinuationStyle }[] = [
  // openrouter.ai/docs, API overview, "Assistant Prefill"
  { url: /^https:\/\/openrouter\.ai\//, style: 'prefill' },
  // console.groq.com/docs/prefilling
  { url: /^https:\/\/api\.groq\.com\//, style: 'prefill' },
  // docs.mistral.ai, chat completion, `prefix` of an assistant message
  { url: /^https:\/\/[\w.-]+\.mistral\.ai\//, style: 'prefix' },
  // api-docs.deepseek.com, "Chat Prefix Completion (Beta)": only below /beta
  { url: /^https:\/\/api\.deepseek\.com\/beta/, style: 'prefix' },
  // platform.moonshot.ai/docs, "Partial Mode"
  { url: /^https:\/\/api\.moonshot\.(?:ai|cn)\//, style: 'partial' },
  // alibabacloud.com/help, Model Studio, "Partial mode"
  { url: /^https:\/\/dashscope[\w-]*\.aliyuncs\.com\//, style: 'partial' },
];

/** The style for an endpoint's model, by what is publicly known of its provider. */
export function knownStyle(
  protocol: Dialect['protocol'],
  baseUrl: string,
  upstreamModel: string,
): ContinuationStyle {
  if (refusesPrefill(upstreamModel)) return 'instruction';
  if (protocol === 'anthropic') return 'prefill';
  return PROVIDERS.find(({ url }) => url.test(`${baseUrl}/`))?.style ?? 'instruction';
}

/** Where the provider promises to go on, only much of the same proves that it did not; else a little does. */
const EXACT: Proof = { tail: 48, whole: 16, head: 48 };
const LOOSE: Proof = { tail: 8, whole: 4, head: 24 };

/** `prefix` is loose although it is a promise: Mistral says the prefix again before it goes on. */
export const PROOFS: Readonly<Record<ContinuationStyle, Proof>> = {
  prefill: EXACT,
  prefix: LOOSE,
  partial: EXACT,
  continue_final_message: EXACT,
  instruction: LOOSE,
};
