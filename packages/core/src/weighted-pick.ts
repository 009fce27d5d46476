/** Index picked in proportion to the weights; -1 when all are 0. `random` in [0, 1). */
export function weightedPick(weights: readonly number[], random: number): number {
  let total = 0;
  for (const weight of weights) total += weight;
  if (total <= 0) return -1;
  let rest = random * total;
  for (let i = 0; i < weights.length; i++) {
    rest -= weights[i]!;
    if (rest < 0) return i;
  }
  return weights.length - 1;
}
