/** Why shallow is not enough: push the picture, and see which network still reads it. */

import {element} from '../elements.js';
import {Choice} from '../inside/controls.js';
import {ranked, shortened} from '../words.js';
import {Lines} from './lines.js';
import {latest} from './latest.js';
import {Shares} from './shares.js';
import {shifted} from './shifted.js';

const NETWORKS = ['pixels', 'shallow', 'cnn'];
const BARS = 2; // of a network
const WAYS = {right: [1, 0], left: [-1, 0], down: [0, 1], up: [0, -1]};
const SHARES = [0, 0.25, 0.5, 0.75, 1];

export class Shift {
  static needs = NETWORKS;

  constructor(scene) {
    const {words, data} = scene;
    this.scene = scene;
    this.canvas = element('canvas', {role: 'img', class: 'picture'});
    this.slider = element('input', {type: 'range', min: '0', max: String(data.pixels.at(-1)), value: '0', 'aria-label': words.how_far});
    this.slider.oninput = () => this.ask();
    this.far = element('output', {class: 'far'});
    this.way = new Choice(words.way, Object.keys(WAYS).map((way) => [way, words[way]]), () => this.ask());
    this.answers = NETWORKS.map((name) => new Shares(scene, words[name], BARS));
    this.said = element('p', {class: 'said', role: 'status'});
    this.curve = new Lines(scene, {title: words.axis_pixels, ticks: data.pixels.map((far) => [far, scene.number(far)])},
      {title: words.axis_right, ticks: SHARES.map((share) => [share, scene.percent(share, 0)])});
    this.finding = element('figcaption', {});
    this.measured = element('figure', {class: 'measured'}, this.finding, this.curve.root);
    this.root = element('div', {class: 'later shift'},
      element('div', {class: 'push'}, this.canvas,
        element('label', {class: 'slide-far'}, element('span', {}, words.push), this.slider, this.far), this.way.root),
      element('div', {class: 'three'}, ...this.answers.map(({root}) => root)), this.measured, this.said);
    this.ask = latest(() => this.#compute());
    this.tell({});
  }

  /** Take what was measured on test images, once it is there. */
  tell({curve: found = null}) {
    const {scene} = this, {words, data} = scene, curve = found?.of === data.of ? found : null;
    this.found = curve;
    this.curve.root.hidden = !curve?.networks;
    this.finding.textContent = curve ? curve.said : words.measuring;
    this.#chart();
  }

  /** Draw what was measured, once in these colors. */
  #chart() {
    const {scene, found: curve} = this, {words} = scene;
    const key = JSON.stringify([curve?.of, scene.scales.ink[0]]);
    if (!curve?.networks || key === this.charted || !this.root.isConnected) return;
    this.charted = key;
    this.curve.show(NETWORKS.filter((name) => curve.networks[name]).map((name) => ({
      name: words[name],
      points: curve.pixels.map((far, at) => [far, curve.networks[name].accuracy[at]]),
      spans: curve.networks[name].intervals,
    })), curve.said, (share) => scene.percent(share));
    this.curve.mark(Number(this.slider.value));
  }

  show(levels) {
    this.levels = levels;
    this.#chart();
    return this.ask();
  }

  async #compute() {
    const {scene, levels} = this, {words, spec} = scene;
    const networks = await Promise.all(NETWORKS.map((name) => scene.networks.get(name)));
    if (!levels || this.closed || networks.includes(null)) return;
    const far = Number(this.slider.value), [right, down] = WAYS[this.way.value].map((part) => part * far);
    const pushed = shifted(levels, spec.shape, right, down, spec.is_ink);
    scene.paint(this.canvas, pushed);
    this.far.textContent = scene.say(far === 1 ? words.far_one : words.far_many, {count: far});
    this.slider.setAttribute('aria-valuetext', this.far.textContent);
    this.curve.mark(far);
    let still = 0;
    for (const [at, network] of networks.entries()) {
      const unmoved = await this.#unmoved(network, levels);
      const probabilities = far ? (await network.run(pushed)).probabilities : unmoved;
      if (this.closed) return;
      const [before] = ranked(unmoved), isStill = ranked(probabilities)[0] === before;
      still += Number(isStill);
      const was = isStill ? words.still : scene.say(words.was, {name: shortened(spec.classes[before])});
      this.answers[at].show(probabilities, far ? was : '');
    }
    this.said.textContent = far === 0 ? words.unmoved
      : scene.say(words.pushed, {far: this.far.textContent, way: words[this.way.value], still, all: networks.length});
    this.canvas.setAttribute('aria-label', `${this.far.textContent}. ${this.said.textContent}`);
  }

  /** What a network answers where nothing is pushed. */
  async #unmoved(network, levels) {
    if (this.reference?.levels !== levels) this.reference = {levels, answers: new Map()};
    const {answers} = this.reference;
    if (!answers.has(network)) answers.set(network, (await network.run(levels)).probabilities);
    return answers.get(network);
  }

  close() {
    this.closed = true;
  }
}
