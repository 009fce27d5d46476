/** What a model behind a chat endpoint takes, as far as its name tells; one that tells nothing is trusted with everything but thoughts. */
export interface ChatAbilities {
  /** Wants `max_completion_tokens`; others may not know it yet. */
  readonly completionTokens: boolean;
  readonly effort: boolean;
  /** Takes tools only where it does not reason, and must be told so. */
  readonly toolsOrEffort: boolean;
  /** `temperature`, `top_p` and penalties other than the default. */
  readonly sampling: boolean;
  readonly stop: boolean;
  /** Wants to have its thoughts back as `reasoning_content`, as far as they can be read; others may refuse the field. */
  readonly thoughts: boolean;
  /** Knows who asks (`user`). */
  readonly user: boolean;
  /** Ids of tool calls have 9 letters and digits. */
  readonly shortIds: boolean;
}

/** o1 and later, GPT-5 and later; not the `-chat` ones. Also behind a vendor's prefix. */
const REASONS = /(?:^|\/)(?:o[1-9]|gpt-[5-9])(?!.*chat)/i;
/** OpenAI's that refuse `reasoning_effort`. */
const DOES_NOT = /(?:^|\/)(?:gpt-[34]|chatgpt|gpt-[5-9].*chat)/i;

/**
 * OpenAI's chat answers 400 to tools with an effort, the newest models also to tools without the effort `none`: they reason with tools
 * in the Responses API alone ("Function tools with reasoning_effort are not supported"). Routers take both.
 */
const TOOLS_OR_EFFORT = /^gpt-(?:5\.[2-9]|[6-9])/i;

/**
 * Models that go on thinking between calls of tools: DeepSeek answers 400 to a turn that called tools and comes back without its thoughts
 * (api-docs.deepseek.com, "Thinking mode"), the others answer worse (docs.z.ai, "Thinking mode"; docs.vllm.ai, "Interleaved thinking").
 */
const THINKS_ON = /deepseek|kimi|minimax|(?:^|\/)glm-/i;

/** Mistral's API answers 422 to fields that it does not know, and 400 to longer ids (docs.mistral.ai, API reference). */
const MISTRAL = /mi[sx]tral|ministral|pixtral|(?:code|dev|magi)stral/i;

/** platform.openai.com, "Reasoning models" and the API reference's notes on `max_tokens` and `stop`. */
export function chatAbilities(model: string): ChatAbilities {
  const reasons = REASONS.test(model);
  const isMistral = MISTRAL.test(model);
  return {
    completionTokens: reasons,
    effort: !DOES_NOT.test(model),
    toolsOrEffort: reasons && TOOLS_OR_EFFORT.test(model),
    sampling: !reasons,
    stop: !reasons,
    thoughts: THINKS_ON.test(model),
    user: !isMistral,
    shortIds: isMistral,
  };
}
