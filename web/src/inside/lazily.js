/** What takes many runs of the network: only for those who look at it, and only the latest request. */

const BREATH = 60; // milliseconds after which the page may do something else

export class Superseded extends Error {}

export class Lazily {
  /**
   * @param {HTMLElement} root what has to be in view.
   * @param {(wanted: object, check: () => void) => Promise<void>} compute is called with the
   *     latest request; `check` throws where a later one has come.
   */
  constructor(root, compute) {
    Object.assign(this, {root, compute, turn: 0, wanted: null, done: null, settled: false});
    this.watcher = new IntersectionObserver(([entry]) => {
      this.seen = entry.isIntersecting;
      this.#start();
    });
    this.watcher.observe(root);
  }

  /** Ask for something; returns whether that is there already. */
  ask(wanted) {
    this.wanted = wanted;
    const there = this.done?.key === wanted.key;
    this.root.dataset.settled = there && this.settled;
    if (!there) this.#start();
    return there;
  }

  async #start() {
    const {wanted, root} = this;
    if (!this.seen || !wanted || this.done?.key === wanted.key) return;
    this.done = wanted;
    this.settled = false;
    const turn = ++this.turn;
    const began = performance.now();
    try {
      await this.compute(wanted, () => { if (turn !== this.turn) throw new Superseded(); });
      if (turn !== this.turn) return;
      root.dataset.took = Math.round(performance.now() - began); // for the benchmark
      root.dataset.settled = this.settled = true;
    } catch (error) {
      if (!(error instanceof Superseded)) throw error;
    }
  }

  close() {
    this.turn++;
    this.watcher.disconnect();
  }
}

/**
 * The gradients of a network with what is switched off, as `adversarial.js` wants them.
 *
 * @param {object} scene see `view.js`.
 * @param {object} network see `explainer.js`.
 * @param {() => void} check see `Lazily`.
 */
export function explaining(scene, network, check) {
  const gates = scene.gates.slice();
  let breathed = performance.now();
  return async (pixels, weights) => {
    if (performance.now() - breathed > BREATH) {
      await new Promise((resolve) => { setTimeout(resolve); });
      breathed = performance.now();
    }
    check();
    return network.gradient(pixels, weights ?? network.noWeights, gates);
  };
}
