/** What a model behind a chat endpoint takes, as far as OpenAI's own names tell; every other model is trusted with all of it. */
export interface ChatAbilities {
  /** Wants `max_completion_tokens`; others may not know it yet. */
  readonly completionTokens: boolean;
  readonly effort: boolean;
  /** `temperature`, `top_p` and penalties other than the default. */
  readonly sampling: boolean;
  readonly stop: boolean;
}

/** o1 and later, GPT-5 and later; not the `-chat` ones. Also behind a vendor's prefix. */
const REASONS = /(?:^|\/)(?:o[1-9]|gpt-[5-9])(?!.*chat)/i;
/** OpenAI's that refuse `reasoning_effort`. */
const DOES_NOT = /(?:^|\/)(?:gpt-[34]|chatgpt|gpt-[5-9].*chat)/i;

/** platform.openai.com, "Reasoning models" and the API reference's notes on `max_tokens` and `stop`. */
export function chatAbilities(model: string): ChatAbilities {
  const reasons = REASONS.test(model);
  return {
    completionTokens: reasons,
    effort: !DOES_NOT.test(model),
    sampling: !reasons,
    stop: !reasons,
  };
}
