import type { FieldRules } from '../ledger.ts';
import { drop, emulate, refuse, tell } from './rule.ts';

/** What holds of a legacy completion wherever it is told. */
export const COMPLETIONS_RULES = {
  model: tell("the endpoint's name of it"),
  prompt: emulate('one text, as what the user says; several prompts and tokens are refused'),
  max_tokens: tell('16 if none is given, as the API has it'),
  stream: tell(),
  stream_options: tell('`include_usage`'),
  user: tell(),
  suffix: refuse('it only goes forward', ['']),
  echo: refuse('it does not repeat the prompt', [false]),
  best_of: refuse('it gives one answer', [1]),
  n: refuse('it gives one answer', [1]),
  logprobs: refuse('it tells no probabilities'),
  logit_bias: drop('biases are for the tokens of one model', [{}]),
} as const satisfies FieldRules;
