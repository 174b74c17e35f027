/** The same view of something else, below the network at a glance: another picture, another run. */

import {element} from '../elements.js';
import {loadRuntime} from '../network.js';
import {filled} from '../words.js';
import {Choice} from './controls.js';
import {difference, sameLayers} from './difference.js';
import {Explainer} from './explainer.js';
import {Glance} from './glance.js';
import {Superseded} from './lazily.js';

/** A second run, for the picture that is shown. */
export class Companion {
  /**
   * @param {object} spec, {Uint8Array} blob see `view.js`.
   * @param {{script: string, compile: () => Promise<WebAssembly.Module>}} runtime
   */
  constructor(spec, blob, {script, compile}) {
    this.spec = spec;
    const [start, length] = spec.graph;
    this.network = loadRuntime(script, compile)
      .then(() => Explainer.open(blob.slice(start, start + length), spec))
      .catch((error) => { this.fault = error?.message ?? ''; });
  }

  close() {
    this.network.then((network) => network?.close());
  }
}

export class Beside {
  /** @param {object} scene see `view.js`. */
  constructor(scene) {
    this.scene = scene;
    this.rows = {};
    this.root = element('div', {class: 'beside'});
    scene.elsewhere = (place, at) => Object.values(this.rows).flatMap((row) => row.valueAt(place, at));
  }

  /**
   * Compute what is not there yet.
   *
   * @param {Explainer} network of the view.
   * @param {{id: string, levels: Uint8Array, other: ?{id: string, levels: Uint8Array}, said: object}} image
   *     the picture, another one, and the captions of both comparisons.
   * @param {?Companion} second
   */
  async compute(network, image, second) {
    const {scene} = this, {words} = scene, {other, said} = image;
    const picture = this.#row('picture', other && 'shown', () => new Row(scene, Object.create(scene),
      {name: words.other_picture, legend: words.picture_difference}));
    const run = this.#row('run', second?.spec.id, () => new Row(scene, runScene(scene, second.spec),
      {name: words.other_run, legend: words.run_difference}));
    picture?.say(said.other);
    await picture?.compute(network, other, scene.gates);
    if (!run) return;
    const companion = await second.network;
    run.say(companion ? said.second : filled(words.unable, {fault: second.fault, advice: ''}));
    if (companion) await run.compute(companion, image).catch((error) => {
      if (!(error instanceof Superseded)) throw error; // another second run was chosen meanwhile
    });
  }

  #row(name, id, build) {
    if (this.rows[name]?.id === (id || undefined)) return this.rows[name];
    delete this.rows[name];
    if (id) this.rows[name] = Object.assign(build(), {id});
    const {picture, run} = this.rows;
    this.root.replaceChildren(...[picture, run].filter(Boolean).map((row) => row.root));
    return this.rows[name];
  }

  show() {
    Object.values(this.rows).forEach((row) => row.show());
  }
}

/** What a glance at a second run looks at. */
function runScene(scene, spec) {
  const names = (source) => (source < 0 ? spec.words.the_picture : spec.layers[source].name);
  return Object.assign(Object.create(scene), {spec, layers: spec.layers, names, isSwitched: () => false});
}

/** Differences in [−1, 1] as levels of a picture whose middle is zero. */
function levels(change) {
  return Uint8Array.from(change, (value) => Math.round(127.5 + 127.5 * value));
}

class Row {
  /**
   * @param {object} scene see `view.js`.
   * @param {object} other what is shown below it: a scene that inherits from it.
   * @param {{name: string, legend: string}} words
   */
  constructor(scene, other, {name, legend}) {
    const {words} = scene;
    Object.assign(this, {scene, other: Object.assign(other, {state: null, before: null}), name});
    this.isSame = sameLayers(scene.layers, other.layers);
    this.said = element('p', {class: 'compared'});
    this.way = new Choice(words.show, [['each', words.each], ['difference', words.difference]], () => this.show());
    this.way.root.hidden = !this.isSame;
    this.each = new Glance(other, null, name);
    this.between = Object.assign(Object.create(scene), {isDifference: true});
    this.difference = this.isSame ? new Glance(this.between, null, words.difference_of) : null;
    this.legend = element('p', {class: 'legend'}, this.isSame ? legend : words.no_difference);
    this.root = element('div', {class: 'row'},
      element('div', {class: 'controls'}, this.said, this.way.root),
      this.each.root, ...(this.isSame ? [this.difference.root] : []), this.legend);
  }

  say(sentence) {
    this.said.textContent = sentence;
  }

  /** Run a network on a picture, unless that is what was computed last. */
  async compute(network, image, gates = network.noGates) {
    const key = [image.id, ...gates].join(' ');
    if (key === this.key) return;
    const pixels = Float32Array.from(image.levels, (level) => level / 255);
    const state = await network.layers(pixels, gates);
    Object.assign(this.other, {state, image: {...image, pixels}});
    this.key = key;
  }

  show() {
    const {scene, other, between} = this, isDifference = this.way.value === 'difference';
    if (!other.state) return;
    this.each.root.hidden = isDifference;
    this.legend.hidden = this.isSame && !isDifference;
    if (this.difference) this.difference.root.hidden = !isDifference;
    if (!isDifference) return this.each.show();
    const outputs = scene.state.outputs.map((values, place) => difference(values, other.state.outputs[place]));
    outputs[outputs.length - 1] = scene.state.outputs.at(-1); // bars, with the other's as marks
    const change = scene.image.id === other.image.id ? null : levels(difference(scene.image.pixels, other.image.pixels));
    Object.assign(between, {state: {outputs}, before: other.state.outputs.at(-1), change});
    this.difference.show();
  }

  /** What is there in place of a value, with the words for it. */
  valueAt(place, at) {
    const {other, isSame, name} = this;
    return isSame && other.state ? [[name, other.state.outputs[place][at]]] : [];
  }
}
