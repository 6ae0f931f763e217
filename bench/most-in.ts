/** The most of these moments (ms, in order) in any sliding window. */
export function mostIn(moments: readonly number[], ms: number): number {
  let first = 0;
  let most = 0;
  for (const [index, moment] of moments.entries()) {
    while (moment - moments[first]! >= ms) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
