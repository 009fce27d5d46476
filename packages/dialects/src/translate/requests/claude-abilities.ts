import { claudeVersion, isClaude, refusesPrefill } from '../../claude-version.ts';

/** What a model behind the Messages API takes; a name that says nothing is trusted to be as able as the newest. */
export interface ClaudeAbilities {
  /** `adaptive`: thinks as much as an effort says. `budget`: must be told how many of its tokens. `none`: cannot. */
  readonly thinking: 'adaptive' | 'budget' | 'none';
  /** The efforts `xhigh` and `max`. */
  readonly highestEfforts: boolean;
  /** `output_config.format` and strict tools. */
  readonly schemas: boolean;
  /** `temperature` and `top_p`. */
  readonly sampling: boolean;
  /** Goes on with a last turn of the assistant. */
  readonly prefill: boolean;
}

/**
 * Sources, all on platform.claude.com: "Extended thinking" (Claude 3.7 to 4.5), "Adaptive thinking" (4.6 on), "Effort",
 * "Structured outputs" (4.1 on), and the SDK's notice that models after Claude Opus 4.6 answer 400 to `temperature`. Other vendors'
 * models behind this API know budgets, not adaptive thinking.
 */
export function claudeAbilities(model: string): ClaudeAbilities {
  const version = claudeVersion(model) ?? (isClaude(model) ? Number.POSITIVE_INFINITY : null);
  return {
    thinking:
      version === null ? 'budget' : version >= 4.06 ? 'adaptive' : version >= 3.07 ? 'budget' : 'none',
    highestEfforts: version === null || version >= 4.07,
    schemas: version === null || version >= 4.01,
    sampling: version === null || version < 4.07,
    prefill: !refusesPrefill(model),
  };
}
