/** Runs a gradient graph in the browser: every layer behind its gates, logits and gradients. */

import {loadAndCompile} from '@litertjs/core';
import {compute} from '../network.js';
import {Superseded} from './lazily.js';

let last = Promise.resolve(); // what the runtime runs: it has one program, for all networks

export class Explainer {
  /**
   * @param {Uint8Array} bytes what `pipeline/serving/gradient_graph.py` built.
   * @param {object} spec as `pipeline/export/inside_spec.py` writes it.
   */
  static async open(bytes, spec) {
    return new Explainer(await loadAndCompile(bytes, {accelerator: 'wasm'}), spec);
  }

  constructor(model, spec) {
    this.model = model;
    this.spec = spec;
    this.outputs = spec.layers.map((_, layer) => `output_${layer}`);
    this.noWeights = new Float32Array(spec.classes.length);
    this.noGates = new Float32Array(spec.gates).fill(1);
  }

  /**
   * What every layer computes.
   *
   * @param {Float32Array} pixels in [0, 1].
   * @param {Float32Array} gates what each map and unit is multiplied with; all ones by default.
   * @return {Promise<{outputs: Float32Array[], logits: Float32Array}>} the last output holds the
   *     probabilities.
   */
  async layers(pixels, gates = this.noGates) {
    const found = await this.#run(pixels, this.noWeights, gates, [...this.outputs, 'logits']);
    return {outputs: this.outputs.map((name) => found[name]), logits: found.logits};
  }

  /**
   * The logits, and the gradient of their weighted sum.
   *
   * @param {Float32Array} pixels in [0, 1].
   * @param {Float32Array} weights over the logits.
   * @param {Float32Array} gates see `layers`.
   * @return {Promise<{logits: Float32Array, gradient: Float32Array}>}
   */
  gradient(pixels, weights, gates = this.noGates) {
    return this.#run(pixels, weights, gates, ['logits', 'gradient']);
  }

  /** The output of the last convolution and the gradient with respect to it; see `gradient`. */
  async inner(pixels, weights, gates = this.noGates) {
    const name = this.outputs[this.spec.last_convolution];
    const found = await this.#run(pixels, weights, gates, [name, 'inner_gradient']);
    return {output: found[name], gradient: found.inner_gradient};
  }

  /** Runs take turns. */
  #run(pixels, weights, gates, wanted) {
    const {shape, classes} = this.spec;
    const given = {image: [pixels, [1, ...shape]], weights: [weights, [1, classes.length]]};
    if (gates.length) given.gates = [gates, [1, gates.length]];
    const found = last.then(() => {
      if (this.closed) throw new Superseded();
      return compute(this.model, given, wanted);
    });
    last = found.catch(() => {}); // whoever asked for it is told
    return found;
  }

  close() {
    this.closed = true;
    last = last.then(() => this.model.delete());
  }
}
