/** The answer was cut at the output limit, which the client asked for or must know: valid, even when empty (FAULTS P23). */
export const LENGTH_FINISHES: ReadonlySet<string> = new Set([
  'length',
  'max_tokens',
  'max_output_tokens',
  'MAX_TOKENS',
  'model_length',
]);

/** A content filter spoke: valid, and not to be shopped around (FAULTS P27). The upper-case ones are Gemini's, passed through by relays. */
export const FILTER_FINISHES: ReadonlySet<string> = new Set([
  'content_filter',
  'refusal',
  'safety',
  'SAFETY',
  'RECITATION',
  'PROHIBITED_CONTENT',
  'BLOCKLIST',
  'SPII',
  'sensitive', // Zhipu
]);

/** The provider broke off and says so (FAULTS P28). */
export const BROKEN_FINISHES: ReadonlySet<string> = new Set(['error', 'network_error']);
