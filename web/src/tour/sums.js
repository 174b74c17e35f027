/** The sum of a neuron, taken apart: what speaks for it, what against it. */

/**
 * @param {{values: ArrayLike<number>, shape: number[]}} kernel (inputs, units), row by row.
 * @param {{values: ArrayLike<number>}} bias (units,).
 * @param {ArrayLike<number>} given the inputs.
 * @param {number} unit whose sum it is.
 * @return {{parts: Float32Array, raises: number, lowers: number, bias: number, sum: number}} `parts`
 *     are weight × input; `raises` adds up the positive ones, `lowers` the negative ones.
 */
export function takenApart(kernel, bias, given, unit) {
  const units = kernel.shape[1], parts = new Float32Array(given.length);
  let raises = 0, lowers = 0;
  for (let at = 0; at < given.length; at++) {
    const part = kernel.values[at * units + unit] * given[at];
    parts[at] = part;
    if (part > 0) raises += part;
    else lowers += part;
  }
  const own = bias.values[unit];
  return {parts, raises, lowers, bias: own, sum: raises + lowers + own};
}

/** The weights of one unit, in the order of its inputs. */
export function weightsOf({values, shape: [inputs, units]}, unit) {
  return Float32Array.from({length: inputs}, (_, at) => values[at * units + unit]);
}

/** Add up the channels of each pixel: (pixels × channels) values -> one a pixel. */
export function overChannels(values, channels) {
  if (channels === 1) return values;
  const found = new Float32Array(values.length / channels);
  values.forEach((value, at) => { found[Math.floor(at / channels)] += value; });
  return found;
}
