/**
 * The small changes that make a network read something else, as `pipeline/analysis/adversarial.py`
 * finds them: projected gradient steps (Madry et al. 2018).
 *
 * A network comes in as `explain(image, weights)`, which promises {logits, gradient}.
 */

export const ITERATIONS = 20;
const STRIDE = 2.5; // times the budget, in all steps together: enough to reach its edge and turn

/**
 * Change an image within a budget so that a network reads it as a class, if it can be.
 *
 * @param {Function} explain see above.
 * @param {Float32Array} image in [0, 1].
 * @param {number} target the class.
 * @param {number} budget how large the change may be.
 * @param {string} norm of any value, 'linf', or of all together, 'l2'.
 * @return {Promise<Float32Array>} the first changed image that is read as the class, or else the
 *     one that comes nearest to it.
 */
export async function fool(explain, image, target, budget, norm) {
  const stride = (STRIDE * budget) / ITERATIONS;
  let changed = image, nearest = image, best = -Infinity;
  let weights = toward((await explain(image, null)).logits, target);
  for (let iteration = 0; iteration <= ITERATIONS; iteration++) {
    const {logits, gradient} = await explain(changed, weights);
    weights = toward(logits, target);
    const reached = logits.reduce((sum, logit, at) => sum + logit * weights[at], 0);
    if (reached > best) [best, nearest] = [reached, changed];
    if (reached > 0 || iteration === ITERATIONS) break;
    const step = direction(gradient, norm);
    changed = within(Float32Array.from(changed, (value, at) => value + stride * step[at]), image, budget, norm);
  }
  return nearest;
}

/** The size of a change. */
export function sizeOf(change, norm) {
  if (norm === 'linf') return change.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return Math.sqrt(change.reduce((sum, value) => sum + value * value, 0));
}

/** Weights for a class, against the one that is ahead of the others. */
function toward(logits, label) {
  let ahead = -1;
  logits.forEach((logit, other) => {
    if (other !== label && (ahead < 0 || logit > logits[ahead])) ahead = other;
  });
  const weights = new Float32Array(logits.length);
  [weights[label], weights[ahead]] = [1, -1];
  return weights;
}

function direction(gradient, norm) {
  if (norm === 'linf') return gradient.map(Math.sign);
  const length = sizeOf(gradient, norm);
  return length ? gradient.map((slope) => slope / length) : gradient;
}

/** Bring a changed image back into its budget, and into [0, 1]. */
function within(changed, image, budget, norm) {
  const change = changed.map((value, at) => value - image[at]), length = sizeOf(change, norm);
  const shrink = norm === 'l2' && length > budget ? budget / length : 1;
  return changed.map((_, at) => {
    const kept = norm === 'linf' ? Math.min(Math.max(change[at], -budget), budget) : change[at] * shrink;
    return Math.min(Math.max(image[at] + kept, 0), 1);
  });
}
