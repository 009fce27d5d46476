import type { ThrottlePolicy } from '@holdfast/config/policies';

/** Whether calls under this policy keep a minimum interval. */
export const isThrottled = ({ enabled, minIntervalMs }: ThrottlePolicy): boolean =>
  enabled && minIntervalMs > 0;

/** The line in which a call waits for its turn: the model's, or that of the token and the model. */
export const throttleLine = (
  { scope }: ThrottlePolicy,
  model: string,
  token: { readonly name: string } | null,
): string => (scope === 'token' && token ? `${token.name}/${model}` : model);
