/** Runs a serving graph in the browser with LiteRT.js. */

import {loadAndCompile, loadLiteRt, Tensor} from '@litertjs/core';

/**
 * Load the runtime, once per page, however many pads it has.
 *
 * @param {string} script URL of its script.
 * @param {() => Promise<WebAssembly.Module>} compile gets its program.
 * @throws {Error} saying in a few words what the browser lacks or what failed.
 */
export function loadRuntime(script, compile) {
  // A page may load this module more than once; the runtime refuses that.
  self.inklingRuntime ??= startRuntime(script, compile);
  return self.inklingRuntime;
}

async function startRuntime(script, compile) {
  if (typeof WebAssembly !== 'object') throw new Error('it has no WebAssembly');
  const compiled = compile();
  let failed;
  const failure = new Promise((_, reject) => { failed = reject; });
  self.Module = {
    // Compiled while the script is still on its way.
    instantiateWasm(imports, receive) {
      compiled.then(async (module) => {
        receive(await WebAssembly.instantiate(module, imports), module);
      }).catch(failed);
      return {};
    },
    print() {},
    printErr() {},
  };
  try {
    await Promise.race([loadLiteRt(script), failure, compiled.then(() => new Promise(() => {}))]);
  } catch (error) {
    delete self.inklingRuntime; // a later attempt may succeed
    throw error instanceof Error ? error : new Error('its files could not be loaded');
  }
}

/**
 * Run a graph once.
 *
 * @param {object} model a compiled graph.
 * @param {Object<string, [Float32Array, number[]]>} given values and shape, by the input's name.
 * @param {string[]} wanted the names of the outputs to return.
 * @return {Promise<Object<string, Float32Array>>}
 */
export async function compute(model, given, wanted) {
  const inputs = {};
  let found = {};
  try {
    for (const [name, [values, shape]] of Object.entries(given)) inputs[name] = new Tensor(values, shape);
    found = await model.run(inputs);
    return Object.fromEntries(wanted.map((name) => [name, found[name].toTypedArray().slice()]));
  } finally {
    // What is not deleted stays in the runtime's memory forever.
    [...Object.values(inputs), ...Object.values(found)].forEach((tensor) => tensor.delete());
  }
}

/** One network: pixels in, every layer's output out. */
export class Network {
  /**
   * @param {Uint8Array} bytes a serving graph.
   * @param {number} layers the number of its outputs, named output_0, output_1, ….
   */
  static async open(bytes, layers) {
    const model = await loadAndCompile(bytes, {accelerator: 'wasm'});
    return new Network(model, layers);
  }

  constructor(model, layers) {
    const [input] = model.getInputDetails();
    this.model = model;
    this.input = input.name;
    this.shape = [...input.shape];
    this.outputs = Array.from({length: layers}, (_, layer) => `output_${layer}`);
  }

  /**
   * @param {Float32Array} pixels the network's input, in [0, 1].
   * @return {Promise<Float32Array[]>} one array per layer, first to last; the last one holds
   *     the probabilities.
   */
  async activations(pixels) {
    const found = await compute(this.model, {[this.input]: [pixels, this.shape]}, this.outputs);
    return this.outputs.map((name) => found[name]);
  }

  close() {
    this.model.delete();
  }
}
