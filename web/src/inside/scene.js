/** A network, a picture, and what is computed of them: what the parts of a view share. */

import {filled} from '../words.js';

/**
 * What all parts of the view look at.
 *
 * @param {object} spec as `pipeline/export/inside_spec.py` writes it.
 * @param {Uint8Array} blob what it points into.
 */
export function sceneOf(spec, blob) {
  const layers = spec.layers.map((layer) => ({
    ...layer,
    rows: new Int32Array(chunk(blob, layer.rows).buffer),
    columns: new Int32Array(chunk(blob, layer.columns_seen).buffer),
    arrays: Object.fromEntries(Object.entries(layer.arrays).map(([name, [start, length, shape]]) => (
      [name, {values: new Float32Array(chunk(blob, [start, length]).buffer), shape}]))),
  }));
  const scene = {
    spec, layers, words: spec.words, image: null, state: null, before: null, scales: null, examples: null,
    pixels: spec.shape.reduce((size, side) => size * side, 1),
    names: (source) => (source < 0 ? spec.words.the_picture : layers[source].name),
    inputs: (layer) => layer.inputs.map((source) => (source < 0
      ? {values: scene.image.pixels, shape: spec.shape}
      : {values: scene.state.outputs[source], shape: layers[source].shape})),
    elsewhere: () => [], // the same value for what it is compared with; see `Beside`
    className: (place, unit) => (place === layers.length - 1 ? filled(spec.words.unit_class, {name: spec.classes[unit]}) : ''),
    gates: new Float32Array(spec.gates).fill(1),
    isGated: (place) => spec.gated.includes(place),
    gateAt: (place) => spec.gated.filter((one) => one < place)
      .reduce((sum, one) => sum + layers[one].shape.at(-1), 0),
    gateOf: (place, map) => (scene.isGated(place) ? scene.gates[scene.gateAt(place) + map] : 1),
    isSwitched: (place) => {
      const start = scene.gateAt(place), count = layers[place].shape.at(-1);
      return scene.isGated(place) && scene.gates.subarray(start, start + count).some((factor) => factor !== 1);
    },
  };
  return scene;
}

/** A copy, so that numbers begin where the processor wants them. */
export function chunk(blob, [start, length]) {
  return blob.slice(start, start + length);
}
