/**
 * Attribution: which pixels a network's answer hangs on, as `pipeline/analysis/attribution.py` has it.
 *
 * A network comes in as two functions: an image -> the gradient of its score, and -> its score.
 */

export const SAMPLES = 32, NOISE = 0.15; // of SmoothGrad; the noise is relative to the image's range
export const STEPS = 64; // of integrated gradients
export const WINDOW = 5, STEP = 2; // pixels that occlusion hides at once, and moves on by

export async function gradientTimesInput(gradient, image) {
  const slope = await gradient(image);
  return image.map((value, at) => value * slope[at]);
}

/** @param {(sample: number) => ArrayLike<number>} noise as large as the image, of standard normal numbers. */
export async function smoothGrad(gradient, image, noise, samples = SAMPLES) {
  const spread = NOISE * (Math.max(...image) - Math.min(...image));
  const total = new Float32Array(image.length);
  for (let sample = 0; sample < samples; sample++) {
    const random = noise(sample);
    const slope = await gradient(Float32Array.from(image, (value, at) => value + spread * random[at]));
    for (let at = 0; at < total.length; at++) total[at] += slope[at] / samples;
  }
  return total;
}

export async function integratedGradients(gradient, image, baseline, steps = STEPS) {
  const total = new Float32Array(image.length);
  for (let step = 0; step < steps; step++) {
    const share = (step + 0.5) / steps;
    const slope = await gradient(
      Float32Array.from(image, (value, at) => baseline[at] + share * (value - baseline[at])));
    for (let at = 0; at < total.length; at++) total[at] += slope[at] / steps;
  }
  return total.map((slope, at) => (image[at] - baseline[at]) * slope);
}

/** How far integrated gradients are from adding up to the difference of the two scores. */
export async function completenessError(attribution, score, image, baseline) {
  const sum = attribution.reduce((all, part) => all + part, 0);
  return sum - (await score(image) - await score(baseline));
}

/** @param {number[]} shape (height, width, maps) of the convolution. */
export function gradCam(output, gradient, [height, width, maps]) {
  const weights = new Float64Array(maps);
  for (let at = 0; at < gradient.length; at++) weights[at % maps] += gradient[at] / (height * width);
  return Float32Array.from({length: height * width}, (_, cell) => {
    let sum = 0;
    for (let map = 0; map < maps; map++) sum += output[cell * maps + map] * weights[map];
    return Math.max(sum, 0);
  });
}

/** For each pixel (height, width) the mean fall of the score over the windows that hide it. */
export async function occlusion(score, image, paper, [height, width, channels], window = WINDOW, step = STEP) {
  const whole = await score(image), reach = Math.floor(window / 2);
  const fallen = new Float32Array(height * width), hidden = new Float32Array(height * width);
  for (let row = 0; row < height + reach; row += step) {
    for (let column = 0; column < width + reach; column += step) {
      const [top, left] = [Math.max(0, row - reach), Math.max(0, column - reach)];
      const [bottom, right] = [Math.min(height, row - reach + window), Math.min(width, column - reach + window)];
      const covered = Float32Array.from(image);
      for (let y = top; y < bottom; y++) {
        const [from, to] = [(y * width + left) * channels, (y * width + right) * channels];
        for (let at = from; at < to; at++) covered[at] = paper[at];
      }
      // Nothing is hidden where nothing was.
      const fall = covered.every((value, at) => value === image[at]) ? 0 : whole - await score(covered);
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) {
          fallen[y * width + x] += fall;
          hidden[y * width + x] += 1;
        }
      }
    }
  }
  return fallen.map((fall, at) => fall / Math.max(hidden[at], 1));
}

/** Standard normal numbers, the same ones for the same seed (mulberry32, Box and Muller). */
export function normal(seed, length) {
  let state = seed;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  return Float32Array.from({length}, () => (
    Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())));
}
