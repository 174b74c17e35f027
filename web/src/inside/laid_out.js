/** How the values that a layer gets are laid out: a flattened grid is still a grid to look at. */

/**
 * @param {{spec: object, layers: object[]}} scene
 * @param {object} layer
 * @param {number} input which of its inputs.
 * @return {{source: number, shape: number[]}} the layer (−1 for the image) whose values they are.
 */
export function laidOut({spec, layers}, layer, input = 0) {
  let source = layer.inputs[input];
  while (source >= 0 && layers[source].op === 'flatten') [source] = layers[source].inputs;
  return {source, shape: source < 0 ? spec.shape : layers[source].shape};
}
