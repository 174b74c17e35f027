/** The network inside: at a glance, a layer up close, a map with its sums. */

import {scalesOf} from '../colors.js';
import {element, isLeaving, isOnStage} from '../elements.js';
import {loadRuntime} from '../network.js';
import {filled} from '../words.js';
import {Beside, Companion} from './beside.js';
import {chainOf} from './chain.js';
import {Drawn} from './drawn.js';
import {Explainer} from './explainer.js';
import {share} from './format.js';
import {Switched} from './gate.js';
import {Glance} from './glance.js';
import style from './inside.css';
import {LayerView} from './layer_view.js';
import {Lens} from './lens.js';
import {MapView} from './map_view.js';
import {Mind} from './mind.js';
import {chunk, sceneOf} from './scene.js';

const MOMENT = 200; // milliseconds

export class Inside {
  /**
   * @param {HTMLElement} root where to build it.
   * @param {{script: string, compile: () => Promise<WebAssembly.Module>}} runtime
   * @param {(name: string, value: ?any) => void} report called with the `chosen` layer and map, to
   *     ask what excites it; and with what is `switched`, as [gate, factor] pairs, to ask what they
   *     change on all test images; with null when they are reset.
   */
  constructor(root, runtime, report) {
    this.runtime = runtime;
    this.report = report;
    this.status = element('p', {class: 'status', role: 'status'});
    this.stage = element('div', {class: 'stage'});
    this.root = element('div', {class: 'inside-view'}, element('style', {}, style), this.status, this.stage);
    root.replaceChildren(this.root);
    this.image = null;
  }

  /**
   * Show a run; the picture stays.
   *
   * @param {object} spec as `pipeline/export/inside_spec.py` writes it.
   * @param {Uint8Array} blob what it points into.
   */
  async update(spec, blob) {
    if (this.shown === spec.id) {
      this.#show(); // the colors may have changed
      return;
    }
    this.shown = spec.id;
    this.scene = null;
    this.network?.close();
    this.network = null;
    this.#state('loading', spec.words.loading);
    let network;
    try {
      await loadRuntime(this.runtime.script, this.runtime.compile);
      network = await Explainer.open(chunk(blob, spec.graph), spec);
    } catch (error) {
      const fault = error?.message ?? '';
      if (this.shown === spec.id) this.#state('unable', filled(spec.words.unable, {fault, advice: spec.advice}));
      return;
    }
    if (this.shown !== spec.id) { // another run was chosen meanwhile
      network.close();
      return;
    }
    this.network = network;
    this.scene = sceneOf(spec, blob);
    this.#build();
    this.#state('ready', this.image ? '' : spec.words.no_picture);
    this.ask();
  }

  /**
   * Show another picture.
   *
   * @param {{id: string, levels: Uint8Array, other: ?object, said: object}} image row by row, as
   *     `spec.shape` says; see also `Beside`.
   */
  show(image) {
    if (image === this.image) return;
    this.image = image;
    this.ask();
  }

  /** Show a second run beside this one, {spec, blob}; null for none. */
  accompany(second) {
    if (second?.spec.id === this.second?.spec.id) return;
    this.second?.close();
    this.second = second && new Companion(second.spec, second.blob, this.runtime);
    this.ask();
  }

  #build() {
    const {scene} = this;
    this.beside = new Beside(scene);
    // To a room, the network is shown at a glance, and nothing below it could be opened.
    const choose = isOnStage(this.root) ? null : (layer) => this.#open(layer, null);
    this.glance = new Glance(scene, choose);
    this.choosable = Boolean(choose);
    this.layer = new LayerView(scene, (map) => this.#open(this.layer.at, map));
    this.map = new MapView(scene, {gate: (factor) => this.#gate(this.map.at, this.map.map, factor)});
    this.switched = new Switched(scene, {reset: () => this.#reset(), measure: () => this.#measure()});
    this.lens?.close();
    this.lens = new Lens(scene, this.network);
    this.mind?.close();
    this.mind = new Mind(scene, this.network);
    this.drawn?.close();
    const chain = chainOf(scene.layers);
    this.drawn = chain && new Drawn(scene, chain, (layer, unit) => this.#open(layer, unit));
    this.stage.replaceChildren(this.glance.root, this.beside.root, this.switched.root,
      ...(chain ? [this.drawn.root] : []),
      element('div', {class: 'close-up'}, this.layer.root, this.map.root), this.lens.root, this.mind.root);
    this.opened = false;
  }

  /** Look at a layer, and at one of its maps: the strongest, if none is named. */
  #open(layer, map) {
    if (layer !== this.layer.at) {
      this.layer.map = null;
      this.layer.open(layer);
      this.layer.show();
    }
    this.layer.mark(map ?? this.layer.strongest);
    this.map.open(layer, this.layer.map);
    this.map.show();
    this.glance.mark(layer);
    this.#askForExamples();
  }

  /** Ask for what excites the map, once it has been looked at for a moment. */
  #askForExamples() {
    clearTimeout(this.soon);
    const {at, map} = this.map;
    if (!this.choosable || !(at in this.scene.spec.excites)) return;
    this.soon = setTimeout(() => isLeaving() || this.report('chosen', [at, map]), MOMENT);
  }

  showExamples(examples) {
    if (!this.scene) return;
    this.scene.examples = examples;
    this.map?.showExamples();
  }

  /** Scale a map, and see what that changes. */
  #gate(layer, map, factor) {
    this.scene.gates[this.scene.gateAt(layer) + map] = factor;
    this.ask();
  }

  #reset() {
    this.scene.gates.fill(1);
    if (this.measured) this.report('switched', null);
    this.measured = false;
    this.ask();
  }

  #measure() {
    this.measured = true;
    const rounded = (factor) => Math.round(100 * factor) / 100;
    this.report('switched',
      [...this.scene.gates].flatMap((factor, at) => (factor === 1 ? [] : [[at, rounded(factor)]])));
  }

  /** Compute all layers; while one picture is computed, only the latest request is kept. */
  async ask() {
    this.wanted = performance.now();
    if (this.busy || !this.network || !this.image) return;
    this.busy = true;
    this.root.dataset.settled = 'false';
    try {
      while (this.wanted !== null && this.network && this.image) {
        const asked = this.wanted, {network, scene, image} = this;
        this.wanted = null;
        const pixels = Float32Array.from(image.levels, (level) => level / 255);
        if (pixels.length !== scene.pixels) break; // of the former run: the next one is on its way
        const state = await network.layers(pixels, scene.gates);
        const changed = scene.gates.some((factor) => factor !== 1);
        const before = changed ? (await network.layers(pixels)).outputs.at(-1) : null;
        await this.beside.compute(network, image, this.second);
        if (scene !== this.scene) continue;
        Object.assign(scene, {image: {...image, pixels}, state, before});
        this.#show();
        this.root.dispatchEvent(new CustomEvent('painted', {detail: asked, bubbles: true, composed: true}));
      }
    } finally {
      this.busy = false;
    }
    this.root.dataset.settled = 'true';
  }

  #show() {
    const {scene} = this;
    if (!scene?.state) return;
    this.status.textContent = '';
    scene.scales = scalesOf(this.root);
    this.glance.show();
    this.beside.show();
    this.switched.show((value) => share(scene.words, value));
    this.drawn?.show();
    this.lens.show();
    this.mind.show();
    if (!this.opened) {
      this.opened = true;
      this.#open(scene.layers.findIndex(({op}) => op === 'convolution' || op === 'dense'), null);
      return;
    }
    this.layer.show();
    this.map.show();
  }

  #state(state, sentence) {
    this.root.dataset.state = state;
    this.status.textContent = sentence;
    if (state !== 'ready') this.stage.replaceChildren();
  }

  close() {
    clearTimeout(this.soon);
    this.shown = null;
    this.map?.close();
    for (const part of [this.drawn, this.lens, this.mind]) part?.close();
    this.second?.close();
    this.network?.close();
    this.network = this.scene = null;
    this.root.remove();
  }
}
