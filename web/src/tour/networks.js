/** The networks of the tour, by name: opened one after the other as they arrive. */

import {Explainer} from '../inside/explainer.js';
import {chunk, sceneOf} from '../inside/scene.js';
import {loadRuntime} from '../network.js';

/** A network that this browser cannot run; the message says why. */
export class Unable extends Error {}

/** One network, ready to run. */
export class TourNetwork {
  /**
   * @param {Explainer} explainer
   * @param {object} spec, {Uint8Array} blob as `pipeline/export/tour_spec.py` packs a network.
   */
  constructor(explainer, spec, blob) {
    this.explainer = explainer;
    /** What the parts of `web/src/inside` look at; `run` puts the picture and its outputs there. */
    this.scene = sceneOf(spec, blob);
    this.spec = spec;
    this.layers = this.scene.layers;
  }

  /**
   * What every layer makes of a picture.
   *
   * @param {Uint8Array} levels row by row, as `spec.shape` says.
   * @return {Promise<{outputs: Float32Array[], logits: Float32Array, probabilities: Float32Array}>}
   *     outputs by layer.
   */
  async run(levels) {
    const pixels = Float32Array.from(levels, (level) => level / 255);
    const state = await this.explainer.layers(pixels);
    Object.assign(this.scene, {image: {id: '', levels, pixels}, state});
    return {...state, probabilities: state.outputs.at(-1)};
  }

  close() {
    this.explainer.close();
  }
}

export class Networks {
  /** @param {{script: string, compile: () => Promise<WebAssembly.Module>}} runtime see `network.js`. */
  constructor(runtime) {
    this.runtime = runtime;
    this.opened = new Map(); // by name: {id, network: Promise<TourNetwork>}
    this.last = Promise.resolve(); // one is opened after the other
  }

  has(name) {
    return this.opened.has(name);
  }

  /** Returns a promise of a network; of null, where the store lacks it. */
  async get(name) {
    return (await this.opened.get(name)?.network) ?? null;
  }

  /**
   * Take what has arrived, and forget what has gone.
   *
   * @param {Map<string, {spec: object, blob: Uint8Array}>} found by name.
   * @return {Set<string>} the names of those that came or went.
   */
  update(found) {
    const changed = new Set();
    for (const [name, {id, network}] of [...this.opened]) {
      if (found.get(name)?.spec.id === id) continue;
      this.opened.delete(name);
      network.then((one) => one.close(), () => {}); // what could not be opened was told to who asked
      changed.add(name);
    }
    for (const [name, {spec, blob}] of found) {
      if (this.has(name)) continue;
      const network = this.last.then(() => this.#open(spec, blob));
      this.last = network.catch(() => {});
      this.opened.set(name, {id: spec.id, network});
      changed.add(name);
    }
    return changed;
  }

  async #open(spec, blob) {
    try {
      await loadRuntime(this.runtime.script, this.runtime.compile);
      const network = new TourNetwork(await Explainer.open(chunk(blob, spec.graph), spec), spec, blob);
      // The first run is slow: it is made before anyone looks.
      await network.run(new Uint8Array(network.scene.pixels));
      return network;
    } catch (error) {
      throw new Unable(error?.message ?? '');
    }
  }

  close() {
    this.update(new Map());
  }
}
