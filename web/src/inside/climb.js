/**
 * What a network takes for a class: activation maximization (Erhan, Bengio, Courville, Vincent 2009,
 * "Visualizing Higher-Layer Features of a Deep Network"; Simonyan, Vedaldi, Zisserman 2014, "Deep
 * Inside Convolutional Networks"), here with a penalty on its total variation.
 */

const STEPS = 100, KEPT = 2; // every second step is a frame
const STRIDE = 0.08; // at first; it goes down to nothing
const VARIATION = 0.6, PULL = 0.3; // relative to the first gradient, so that they fit any network
const ROUNDING = 0.01; // differences below it count less and less

/**
 * Climb the weighted sum of the logits.
 *
 * @param {(image: Float32Array, weights: Float32Array) => Promise<{logits, gradient}>} explain
 * @param {Float32Array} image where to start, in [0, 1].
 * @param {Float32Array} weights over the logits: 1 for a class, 0 for all others.
 * @param {number[]} shape (height, width, channels).
 * @param {number} rest what values are pulled to where nothing else counts.
 * @return {Promise<Array<{step: number, pixels: Float32Array, logits: Float32Array}>>} the frames of
 *     the climb, first to last.
 */
export async function climb(explain, image, weights, shape, rest) {
  const frames = [];
  let pixels = image, unit = null;
  for (let step = 0; step <= STEPS; step++) {
    const {logits, gradient} = await explain(pixels, weights);
    if (step % KEPT === 0) frames.push({step, pixels, logits});
    unit ??= deviation(gradient) || 1;
    const slope = variationSlope(pixels, shape);
    const uphill = slope.map((rough, at) => gradient[at] / unit - VARIATION * rough - PULL * (pixels[at] - rest));
    const stride = (STRIDE * (1 - step / STEPS)) / (deviation(uphill) || 1);
    pixels = Float32Array.from(pixels, (value, at) => Math.min(Math.max(value + stride * uphill[at], 0), 1));
  }
  return frames;
}

function deviation(values) {
  return Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
}

/** How the sum of all differences between neighbors changes with each value. */
function variationSlope(pixels, [height, width, channels]) {
  const slope = new Float32Array(pixels.length), below = width * channels;
  const differ = (at, next) => {
    const difference = pixels[next] - pixels[at], pull = difference / Math.hypot(difference, ROUNDING);
    slope[at] -= pull;
    slope[next] += pull;
  };
  for (let at = 0; at < pixels.length; at++) {
    if (at % below < below - channels) differ(at, at + channels);
    if (at < (height - 1) * below) differ(at, at + below);
  }
  return slope;
}
