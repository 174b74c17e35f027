/** Whether a drawing is unlike anything in training, as
 * `pipeline/analysis/out_of_distribution.py` and `class_planes.py` score it. */

const SHORTEST = 1e-6; // length of a vector that something is divided by
const SMALLEST = 1e-12; // square of a distance whose logarithm is taken

/**
 * @param {?{threshold: number, parts: object[]}} ood as `pipeline/export/pad_spec.py` describes it; an
 *     older run has none.
 * @param {(place: number[]) => Float32Array} arrayOf returns the array at a place.
 */
export function open(ood, arrayOf) {
  if (!ood) return null;
  const parts = ood.parts.map((part) => ({
    ...part,
    ...Object.fromEntries(
      Object.entries(part.arrays).map(([name, place]) => [name, arrayOf(place)])),
  }));
  return {threshold: ood.threshold, parts};
}

/**
 * @param {object} ood from `open`.
 * @param {Float32Array} pixels the network's input, in [0, 1].
 * @param {Float32Array[]} activations one array per layer.
 * @return {number} about 0 for usual images; the higher, the further from anything in training.
 */
export function score(ood, pixels, activations) {
  let sum = 0;
  for (const part of ood.parts) {
    const output = part.layer < 0 ? pixels : activations[part.layer];
    let vector = part.averaged ? averages(output, part.mean.length) : output;
    if (part.unit) vector = scaled(vector);
    sum += (logDistance(part, vector) - part.middle) / part.spread;
  }
  return sum;
}

/** The average of each of a layer's maps, whose values alternate. */
function averages(output, maps) {
  const found = new Float64Array(maps);
  for (let at = 0; at < output.length; at++) found[at % maps] += output[at];
  return found.map((sum) => sum * maps / output.length);
}

/** A vector at length 1. */
function scaled(vector) {
  const length = Math.max(Math.sqrt(squares(vector)), SHORTEST);
  return Float64Array.from(vector, (value) => value / length);
}

function logDistance({mean, basis, centers, directions, classes, power, rest}, vector) {
  const dimensions = centers.length / classes;
  const each = directions.length / (classes * dimensions);
  const projected = new Float64Array(dimensions);
  let length = 0, apart = 0;
  for (let at = 0; at < vector.length; at++) {
    const off = vector[at] - mean[at];
    length += vector[at] * vector[at];
    apart += off * off;
    if (off === 0) continue;
    for (let k = 0; k < dimensions; k++) projected[k] += off * basis[at * dimensions + k];
  }
  let nearest = Infinity;
  for (let label = 0; label < classes; label++) {
    const first = label * dimensions;
    const along = new Float64Array(each);
    let distance = 0;
    for (let k = 0; k < dimensions; k++) {
      const off = projected[k] - centers[first + k];
      distance += off * off;
      for (let j = 0; j < each; j++) along[j] += off * directions[(first + k) * each + j];
    }
    nearest = Math.min(nearest, distance - squares(along));
  }
  if (rest) nearest += Math.max(apart - squares(projected), 0);
  return 0.5 * Math.log(Math.max(nearest, SMALLEST))
    - power * Math.log(Math.max(Math.sqrt(length), SHORTEST));
}

function squares(vector) {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return sum;
}
