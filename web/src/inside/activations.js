/** Activation functions, as `pipeline/serving/gradient_graph.py` computes them. */

const SELU_ALPHA = 1.6732632423543772, SELU_SCALE = 1.0507009873554805; // Klambauer et al. 2017

const sigmoid = (x) => 1 / (1 + Math.exp(-x));
const elu = (x, alpha) => (x > 0 ? x : alpha * (Math.exp(x) - 1));
const hardSigmoid = (x) => Math.min(Math.max(x / 6 + 0.5, 0), 1);

/** The error function to 1.5e-7 (Abramowitz and Stegun 1964, 7.1.26). */
function erf(x) {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const series = t * (0.254829592
    + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - series * Math.exp(-x * x));
}

/** By name: of one number. A softmax needs all of them, so it is not among these. */
export const ACTIVATIONS = {
  linear: (x) => x,
  relu: (x) => Math.max(x, 0),
  relu6: (x) => Math.min(Math.max(x, 0), 6),
  leaky_relu: (x) => (x > 0 ? x : 0.2 * x),
  elu: (x) => elu(x, 1),
  selu: (x) => SELU_SCALE * elu(x, SELU_ALPHA),
  gelu: (x) => x * 0.5 * (1 + erf(x / Math.SQRT2)),
  silu: (x) => x * sigmoid(x),
  sigmoid,
  tanh: Math.tanh,
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  softsign: (x) => x / (1 + Math.abs(x)),
  exponential: Math.exp,
  hard_sigmoid: hardSigmoid,
  hard_silu: (x) => x * hardSigmoid(x),
};

/** Turn logits into shares. */
export function softmax(logits) {
  const largest = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp(logit - largest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}
