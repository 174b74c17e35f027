/**
 * Adversarial examples, as `pipeline/analysis/adversarial.py` has them.
 *
 * A network comes in as a function: an image, and weights over the logits or null -> {logits, gradient}.
 */

const ITERATIONS = 20;
const STRIDE = 2.5; // times the budget, in all steps together: enough to reach its edge and turn

/**
 * Change an image within a budget so that a network reads it as a class, if it can be.
 *
 * @param {(image: Float32Array, weights: ?Float32Array) => Promise<{logits, gradient}>} explain
 * @param {Float32Array} image in [0, 1].
 * @param {number} target the class.
 * @param {number} budget how large the change may be, see `size`.
 * @param {'linf'|'l2'} norm
 * @return {Promise<{changed: Float32Array, logits: Float32Array, fooled: boolean}>} the first changed
 *     image that is read as the class, or else the one that comes nearest to it.
 */
export async function fool(explain, image, target, budget, norm) {
  const stride = (STRIDE * budget) / ITERATIONS;
  let {logits} = await explain(image, null), weights = toward(logits, target), gradient;
  let changed = image, best = -Infinity, nearest = null;
  for (let iteration = 0; iteration <= ITERATIONS; iteration++) {
    ({logits, gradient} = await explain(changed, weights));
    weights = toward(logits, target);
    const reached = logits.reduce((sum, logit, at) => sum + weights[at] * logit, 0);
    if (reached > best) [best, nearest] = [reached, {changed, logits}];
    if (reached > 0 || iteration === ITERATIONS || !budget) break;
    const step = direction(gradient, norm);
    changed = within(changed.map((value, at) => value + stride * step[at]), image, budget, norm);
  }
  return {...nearest, fooled: best > 0};
}

/**
 * Find the smallest of some budgets that is enough.
 *
 * @param {number[]} budgets ascending.
 * @return {Promise<{place: number, found: object}>} its place, or the last one if none is enough,
 *     and what `fool` returns for it.
 */
export async function smallest(explain, image, target, budgets, norm) {
  let low = 0, high = budgets.length, found; // what is enough is enough for every larger one, too
  while (low < high) {
    const middle = (low + high) >> 1, tried = await fool(explain, image, target, budgets[middle], norm);
    if (tried.fooled || !found?.fooled) found = tried;
    if (tried.fooled) high = middle;
    else low = middle + 1;
  }
  return {place: Math.min(low, budgets.length - 1), found};
}

/** Measure a change: the largest of its values, or the root of the sum of their squares. */
export function size(change, norm) {
  return norm === 'linf'
    ? change.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    : Math.sqrt(change.reduce((sum, value) => sum + value ** 2, 0));
}

/** Weights for a class, against the one that is ahead of the others. */
function toward(logits, label) {
  let ahead = -1;
  for (let other = 0; other < logits.length; other++) {
    if (other !== label && (ahead < 0 || logits[other] > logits[ahead])) ahead = other;
  }
  const weights = new Float32Array(logits.length);
  [weights[label], weights[ahead]] = [1, -1];
  return weights;
}

function direction(gradient, norm) {
  if (norm === 'linf') return gradient.map(Math.sign);
  const length = size(gradient, norm);
  return length ? gradient.map((value) => value / length) : gradient;
}

/** Bring a changed image back into its budget, and into [0, 1]. */
function within(changed, image, budget, norm) {
  const change = changed.map((value, at) => value - image[at]);
  const length = norm === 'linf' ? 0 : size(change, norm), factor = length > budget ? budget / length : 1;
  return Float32Array.from(change, (value, at) => {
    const kept = norm === 'linf' ? Math.min(Math.max(value, -budget), budget) : value * factor;
    return Math.min(Math.max(image[at] + kept, 0), 1);
  });
}
