/** Networks that can be drawn whole: dense layers one after the other, each of a few units. */

export const MOST_UNITS = 64, MOST_EDGES = 300;

/**
 * @param {object[]} layers as in `sums.js`.
 * @return {?number[]} the places of the dense layers, if they are all that computes; else null.
 */
export function chainOf(layers) {
  const places = [];
  for (const [place, {op, inputs, shape}] of layers.entries()) {
    if (inputs.length !== 1 || inputs[0] !== place - 1) return null;
    if (op === 'dense' && shape.length === 1 && shape[0] <= MOST_UNITS) places.push(place);
    // What comes before them only arranges the picture.
    else if (op !== 'flatten' || places.length) return null;
  }
  return places.length > 1 ? places : null;
}

/**
 * What goes from the units of one layer to those of the next: weight × activation.
 *
 * @param {Float32Array} kernel (from, to), row by row.
 * @param {ArrayLike<number>} given the activations of the first layer.
 * @param {number} units of the next one.
 * @param {number} most how many to return.
 * @return {{from: number, to: number, flow: number}[]} the strongest first, none that is nothing.
 */
export function strongestEdges(kernel, given, units, most) {
  const edges = [];
  for (let from = 0; from < given.length; from++) {
    for (let to = 0; to < units; to++) {
      const flow = kernel[from * units + to] * given[from];
      if (flow !== 0) edges.push({from, to, flow});
    }
  }
  return edges.sort((one, other) => Math.abs(other.flow) - Math.abs(one.flow)).slice(0, most);
}
