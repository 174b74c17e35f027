/** One or two networks, what they predict for an image, and what their layers compute. */

import {Answer} from './answer.js';
import {paintImage, scaleOf} from './colors.js';
import {element} from './elements.js';
import {loadRuntime, Network} from './network.js';
import * as ood from './out_of_distribution.js';
import style from './pad.css';
import {filled, ranked} from './words.js';

export class Panel {
  /**
   * @param {{script: string, compile: () => Promise<WebAssembly.Module>}} runtime
   * @param {Object<string, string>} words templates of sentences.
   * @param {(shape: number[]) => ?Uint8Array} image returns the current image in a network's shape
   *     (height, width, channels), as levels row by row; null if there is none.
   */
  constructor(runtime, words, image) {
    this.runtime = runtime;
    this.words = words;
    this.image = image;
    this.busy = false;
    this.wanted = null; // the time of the event that asked for the next prediction
    this.explain = null; // called with each answer of the first network, or null; awaited
    this.runs = []; // {run, answer, network, usual}: `usual` scores what is out of distribution
    this.status = element('p', {class: 'status', role: 'status'});
    this.seen = element('canvas', {class: 'seen', role: 'img', 'aria-label': words.seen_nothing});
    this.answers = element('div', {class: 'answers'});
    this.spoken = element('p', {class: 'spoken', 'aria-live': 'polite'});
    this.layers = element('div', {class: 'all-layers'});
    this.inside = element('div', {class: 'pad inside', 'data-blank': ''},
      element('style', {}, style), element('h2', {}, words.layers),
      element('p', {class: 'no-layers'}, words.no_layers), this.layers);
  }

  /**
   * Build the whole: what `left` holds, and the answers beside it.
   *
   * @param {HTMLElement} root where to build it; the layers go below.
   * @param {...HTMLElement} left what the image is made with.
   */
  build(root, ...left) {
    this.pad = element('div', {class: 'pad'}, element('style', {}, style),
      element('div', {class: 'top'}, element('div', {class: 'drawing'}, ...left), this.answers),
      this.spoken);
    root.replaceChildren(this.pad, this.inside);
  }

  /**
   * Show runs; the image stays.
   *
   * @param {object} spec as `pipeline/export/pad_spec.py` writes it.
   * @param {Uint8Array} blob what it points into.
   */
  async update(spec, blob) {
    this.shape = spec.shape;
    const shown = JSON.stringify({...spec, overlay: null}); // it needs no other networks
    if (shown === this.shown) {
      this.ask(performance.now()); // the colors may have changed, or the overlay
      return;
    }
    this.shown = shown;
    const former = this.runs;
    this.runs = [];
    const arrayOf = ([start, length]) => new Float32Array(
      blob.slice(start, start + length).buffer);
    const runs = spec.runs.map((run) => (
      {run, answer: new Answer(run, spec.words), network: null, usual: ood.open(run.ood, arrayOf)}));
    this.pad.dataset.runs = this.inside.dataset.runs = runs.length;
    this.answers.replaceChildren(...runs.map(({answer}) => answer.section));
    this.layers.replaceChildren(...runs.map(({answer}) => answer.layers));
    this.#state('loading', this.words.loading);
    const fault = await this.#open(runs, blob);
    former.forEach(({network}) => network.close());
    const late = shown !== this.shown; // other runs were chosen meanwhile
    if (fault || late) runs.forEach(({network}) => network?.close());
    if (late) return;
    if (fault) {
      this.#state('unable', filled(this.words.unable, {fault, advice: spec.advice}));
      return;
    }
    this.runs = runs;
    this.#state('ready', '');
    this.ask(performance.now());
  }

  /** Load what runs need to predict; returns why that failed, or ''. */
  async #open(runs, blob) {
    try {
      await loadRuntime(this.runtime.script, this.runtime.compile);
      for (const one of runs) {
        const [start, length] = one.run.graph;
        const graph = blob.subarray(start, start + length);
        one.network = await Network.open(graph, one.run.layers.length);
        // The first prediction is slow: it is made before anyone draws.
        const [height, width, channels] = this.shape;
        await one.network.activations(new Float32Array(height * width * channels));
      }
      return '';
    } catch (error) {
      return error?.message || 'for an unknown reason';
    }
  }

  /** Show the layers elsewhere on the page. */
  showLayersIn(root) {
    root.replaceChildren(this.inside);
  }

  /** Release everything. */
  close() {
    this.shown = null;
    this.runs.forEach(({network}) => network.close());
    this.runs = [];
    this.pad.remove();
    this.inside.remove();
  }

  get ready() {
    return this.pad.dataset.state === 'ready';
  }

  say(sentence) {
    if (this.status.textContent !== sentence) this.status.textContent = sentence;
  }

  /** Put all that is shown in words, and announce the predictions; not while the pen moves, it would never stop. */
  speak() {
    const said = this.runs.map(({answer}) => answer.sentence).join(' '), {words} = this;
    if (this.spoken.textContent !== said) this.spoken.textContent = said;
    const sees = this.inside.hasAttribute('data-blank') ? words.seen_nothing : filled(words.seen_as, {said});
    this.seen.setAttribute('aria-label', sees);
    this.runs.forEach(({answer}) => answer.tellLayers());
  }

  /**
   * Predict the current image; while one prediction runs, only the latest request is kept.
   *
   * @param {number} time of the event that asks.
   */
  async ask(time) {
    this.wanted = time;
    if (this.busy || this.runs.length === 0) return;
    this.busy = true;
    this.pad.dataset.settled = 'false';
    try {
      while (this.wanted !== null) {
        const asked = this.wanted;
        this.wanted = null;
        const answered = await this.#predict();
        await this.explain?.(answered);
        this.pad.dispatchEvent(new CustomEvent('painted', {detail: asked, bubbles: true, composed: true}));
      }
    } finally {
      this.busy = false;
    }
    this.pad.dataset.settled = 'true';
    this.settled?.();
  }

  /** Returns what the first network was given and predicts: {run, pixels, label}; or null. */
  async #predict() {
    const {runs} = this;
    const image = this.image(this.shape);
    const scale = this.#scale();
    paintImage(this.seen, image, this.shape, this.isInk ? scale : null);
    this.inside.toggleAttribute('data-blank', image === null);
    if (image === null) {
      runs.forEach(({answer}) => answer.blank(this.words.blank));
      return null;
    }
    const labels = [];
    const pixels = Float32Array.from(image, (level) => level / 255);
    for (const {answer, network, usual} of runs) {
      const activations = await network.activations(pixels);
      const isOod = usual && ood.score(usual, pixels, activations) > usual.threshold;
      answer.tell(activations.at(-1), Boolean(isOod));
      answer.showLayers(activations, scale);
      labels.push(ranked(activations.at(-1))[0]);
    }
    return {run: runs[0].run.id, pixels, label: labels[0]};
  }

  #state(state, sentence) {
    this.pad.dataset.state = this.inside.dataset.state = state;
    this.say(sentence);
  }

  /** The page's colors from paper to ink; they change with its theme. */
  #scale() {
    const steps = getComputedStyle(this.pad).getPropertyValue('--st-chart-sequential-colors');
    if (this.scale?.steps !== steps) this.scale = {steps, pixels: scaleOf(steps)};
    return this.scale.pixels;
  }
}
