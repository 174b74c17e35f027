/** The film of a training, as `pipeline/training/film.py` keeps it: every frame is a network. */

import {ACTIVATIONS, softmax} from '../inside/activations.js';

/**
 * Read numbers of half precision (IEEE 754, binary16), which not every browser knows.
 *
 * @param {Uint8Array} bytes little-endian.
 * @return {Float32Array}
 */
export function halves(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({length: bytes.length / 2}, (_, at) => {
    const bits = view.getUint16(2 * at, true), exponent = (bits >> 10) & 31, fraction = bits & 1023;
    const size = exponent === 0 ? fraction * 2 ** -24
      : exponent === 31 ? (fraction ? NaN : Infinity) : (1024 + fraction) * 2 ** (exponent - 25);
    return bits & 0x8000 ? -size : size;
  });
}

/**
 * What dense layers make of a picture, one after the other.
 *
 * @param {{kernel: Float32Array, bias: Float32Array, activation: string}[]} layers kernels are
 *     (inputs, units), row by row.
 * @param {Float32Array} pixels in [0, 1].
 * @return {ArrayLike<number>} the output of the last one.
 */
export function answer(layers, pixels) {
  return layers.reduce((given, {kernel, bias, activation}) => {
    const units = bias.length, sums = Float64Array.from(bias);
    for (let from = 0, at = 0; from < given.length; from++, at += units) {
      const value = given[from];
      if (value !== 0) for (let unit = 0; unit < units; unit++) sums[unit] += value * kernel[at + unit];
    }
    return activation === 'softmax' ? softmax(sums) : sums.map(ACTIVATIONS[activation]);
  }, pixels);
}

export class Film {
  /**
   * @param {object} facts as `pipeline/export/tour_later.py` describes a film.
   * @param {(place: number[]) => Uint8Array} bytes reads a place.
   */
  constructor(facts, bytes) {
    this.facts = facts;
    this.arrays = facts.arrays.map(({place, shape}) => ({shape, values: halves(bytes(place))}));
  }

  get frames() {
    return this.facts.epochs.length;
  }

  /** The values of an array in a frame. */
  weights(array, frame) {
    const {shape, values} = this.arrays[array], size = shape.reduce((all, side) => all * side, 1);
    return values.subarray(frame * size, (frame + 1) * size);
  }

  /** What the network of a frame answers; null where the film has not all of its weights. */
  answer(frame, pixels) {
    const {layers} = this.facts;
    return layers && answer(layers.map(({kernel, bias, activation}) => ({
      kernel: this.weights(kernel, frame), bias: this.weights(bias, frame), activation,
    })), pixels);
  }
}
