/**
 * A conversation said in no dialect: what a request asks for, as far as the dialects share it. Every conversational
 * dialect is read into this and written from it, so n dialects need 2n translations and not n².
 */
export interface Conversation {
  readonly model: string;
  /** Epoch seconds: the date of answers whose provider tells none. */
  readonly askedAt: number;
  readonly stream: boolean;
  /** The client wants usage in its stream. */
  readonly includeUsage: boolean;
  /** What stands before the turns. Instructions between turns are turns of role `system`. */
  readonly system: readonly TextPart[];
  readonly turns: readonly Turn[];
  readonly tools: readonly Tool[];
  readonly toolChoice: ToolChoice | null;
  /** False: at most one tool call an answer. */
  readonly parallelTools: boolean | null;
  /** The client knows OpenAI's old functions, not tools: its answer has one `function_call`, without an id. */
  readonly functionsOnly: boolean;
  readonly format: AnswerFormat | null;
  /** In the model's tokens. */
  readonly maxOutput: number | null;
  readonly stop: readonly string[];
  readonly sampling: Sampling;
  readonly reasoning: Reasoning | null;
  /** Who asks, as the client calls them. */
  readonly user: string | null;
}

export interface Turn {
  readonly role: 'user' | 'assistant' | 'system';
  readonly parts: readonly Part[];
}

export type Part =
  | TextPart
  | ImagePart
  | DocumentPart
  | ToolCallPart
  | ToolResultPart
  | ReasoningPart
  | RefusalPart;

export interface TextPart {
  readonly kind: 'text';
  readonly text: string;
  readonly cache?: CacheMark;
}

/** Anthropic's `cache_control`. */
export interface CacheMark {
  readonly type: 'ephemeral';
  readonly ttl?: '5m' | '1h';
}

/** Bytes in base64 with their media type, or where to fetch them. */
export type Source =
  | { readonly kind: 'base64'; readonly mediaType: string; readonly data: string }
  | { readonly kind: 'url'; readonly url: string };

export type ImageDetail = 'auto' | 'low' | 'high' | 'original';

export interface ImagePart {
  readonly kind: 'image';
  readonly source: Source;
  /** OpenAI's `detail`. */
  readonly detail?: ImageDetail;
  readonly cache?: CacheMark;
}

export interface DocumentPart {
  readonly kind: 'document';
  readonly source: Source | { readonly kind: 'text'; readonly text: string };
  readonly name?: string;
  readonly cache?: CacheMark;
}

export interface ToolCallPart {
  readonly kind: 'tool_call';
  readonly id: string;
  readonly name: string;
  /** JSON as the model wrote it. */
  readonly input: string;
  readonly cache?: CacheMark;
}

export interface ToolResultPart {
  readonly kind: 'tool_result';
  readonly callId: string;
  readonly parts: readonly (TextPart | ImagePart | DocumentPart)[];
  readonly isError: boolean;
  readonly cache?: CacheMark;
}

/** What the model thought. Its provider takes it back only with the signature, or sealed as a whole. */
export interface ReasoningPart {
  readonly kind: 'reasoning';
  readonly text: string;
  readonly signature: string | null;
  /** Thinking that only its provider can read (`redacted_thinking.data`, `encrypted_content`). */
  readonly sealed: string | null;
}

export interface RefusalPart {
  readonly kind: 'refusal';
  readonly text: string;
}

export interface Tool {
  readonly name: string;
  readonly description: string | null;
  /** JSON Schema of the input. */
  readonly schema: { readonly [key: string]: unknown };
  readonly strict: boolean | null;
  /**
   * The client's tool takes free text (OpenAI's `custom`). Here and to the endpoint it is a function whose only property is the
   * string `input`; the client gets that text alone.
   */
  readonly custom?: true;
  readonly cache?: CacheMark;
}

export type ToolChoice =
  | { readonly kind: 'auto' | 'none' | 'any' }
  | { readonly kind: 'tool'; readonly name: string };

export type AnswerFormat =
  | { readonly kind: 'json' }
  | {
      readonly kind: 'schema';
      readonly name: string | null;
      readonly description: string | null;
      readonly schema: { readonly [key: string]: unknown };
      readonly strict: boolean | null;
    };

/** Null: the provider's default. Temperature is the same scale everywhere; OpenAI's ends at 2, Anthropic's at 1. */
export interface Sampling {
  readonly temperature: number | null;
  readonly topP: number | null;
  readonly topK: number | null;
  readonly frequencyPenalty: number | null;
  readonly presencePenalty: number | null;
  readonly seed: number | null;
}

export type Reasoning =
  | { readonly kind: 'off' }
  /** OpenAI's `reasoning_effort`, Anthropic's `output_config.effort`. */
  | { readonly kind: 'effort'; readonly effort: string }
  /** Anthropic's `thinking.budget_tokens`. */
  | { readonly kind: 'budget'; readonly tokens: number }
  /** The model decides (Anthropic's adaptive thinking). */
  | { readonly kind: 'adaptive' };

/** A whole answer. */
export interface Answer {
  readonly id: string | null;
  readonly model: string | null;
  /** Epoch seconds. */
  readonly created: number | null;
  readonly parts: readonly AnswerPart[];
  readonly finish: Finish;
  readonly stopSequence: string | null;
  readonly usage: AnswerUsage | null;
}

export type AnswerPart = TextPart | ToolCallPart | ReasoningPart | RefusalPart;

export type Finish =
  | 'stop'
  | 'stop_sequence'
  | 'length'
  | 'tool_calls'
  | 'refusal'
  | 'content_filter'
  | 'pause'
  | 'context_window';

/** In the model's tokens. `input` counts everything read, from the cache or not; null: not told. */
export interface AnswerUsage {
  readonly input: number | null;
  readonly output: number | null;
  readonly cachedInput: number | null;
  readonly cacheWrite: number | null;
  readonly reasoning: number | null;
}

/**
 * A step of a streamed answer. First comes `start`; then the parts, counted from 0 by `index`, each of them ended before the next
 * begins; `usage` and `finish` come anywhere behind `start`, and the last of each counts.
 */
export type AnswerEvent =
  | {
      readonly kind: 'start';
      readonly id: string | null;
      readonly model: string | null;
      /** Epoch seconds. */
      readonly created: number | null;
    }
  | PartEvent
  | { readonly kind: 'usage'; readonly usage: AnswerUsage }
  | { readonly kind: 'finish'; readonly finish: Finish; readonly stopSequence: string | null };

export type PartEvent =
  | { readonly kind: 'text' | 'refusal' | 'reasoning'; readonly index: number; readonly text: string }
  /** Behind the text of its reasoning. */
  | { readonly kind: 'signature'; readonly index: number; readonly signature: string }
  /** Reasoning that only its provider can read, in one piece. */
  | { readonly kind: 'sealed'; readonly index: number; readonly sealed: string }
  | { readonly kind: 'tool_call'; readonly index: number; readonly id: string; readonly name: string }
  | { readonly kind: 'tool_input'; readonly index: number; readonly json: string }
  | { readonly kind: 'part_end'; readonly index: number };
