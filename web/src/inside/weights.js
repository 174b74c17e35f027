/** The weights of a map or a unit as pictures: one per map of what it looks at. */

import {grid} from './sums.js';

/**
 * @param {object} layer as in `sums.js`, a convolution or a dense layer.
 * @param {number} map of its output.
 * @param {number[]} shape how what it looks at is laid out; see `laidOut`.
 * @return {?{shape: number[], values: Float32Array}} (height, width, maps); null for other layers.
 */
export function weightsOf({op, arrays}, map, shape) {
  if (op === 'convolution') {
    const [high, wide, depth, maps] = arrays.kernel.shape;
    return {shape: [high, wide, depth], values: every(arrays.kernel.values, map, maps)};
  }
  if (op !== 'dense') return null;
  const [depth, units] = arrays.kernel.shape, values = every(arrays.kernel.values, map, units);
  const [height, width, maps] = grid(shape);
  // On a grid a dense layer looks at one position after the other.
  return {shape: height * width * maps === depth ? [height, width, maps] : [1, 1, depth], values};
}

function every(values, start, step) {
  return Float32Array.from({length: values.length / step}, (_, at) => values[start + at * step]);
}

/**
 * What all units of a dense layer look for, or what they found: one picture per unit.
 *
 * @param {object} layer as in `sums.js`, a dense layer.
 * @param {number[]} shape (height, width, channels) of what it looks at; channels are added up.
 * @param {?ArrayLike<number>} given what it gets, to multiply the weights with; null for weights.
 * @return {Float32Array} (height, width, units).
 */
export function unitPictures({arrays: {kernel}}, [height, width, channels], given) {
  const units = kernel.shape[1], found = new Float32Array(height * width * units);
  for (let at = 0; at < kernel.values.length; at++) {
    const from = Math.floor(at / units), part = given ? kernel.values[at] * given[from] : kernel.values[at];
    found[Math.floor(from / channels) * units + (at % units)] += part;
  }
  return found;
}

/** The maps in an order: by how strong they are, or as they are. */
export function byStrength(values, count) {
  const strength = new Float64Array(count);
  for (let at = 0; at < values.length; at++) strength[at % count] += Math.abs(values[at]);
  return Array.from(strength, (_, map) => map).sort((a, b) => strength[b] - strength[a] || a - b);
}

/** The lowest and the highest value of each map. */
export function ranges(values, count) {
  const found = Array.from({length: count}, () => [Infinity, -Infinity]);
  for (let at = 0; at < values.length; at++) {
    const range = found[at % count], value = values[at];
    if (value < range[0]) range[0] = value;
    if (value > range[1]) range[1] = value;
  }
  return found;
}
