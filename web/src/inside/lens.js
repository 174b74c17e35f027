/** Where it looked: six answers side by side, for one class, or for one rather than another. */

import {paintImage} from '../colors.js';
import {element} from '../elements.js';
import {largest} from '../layers.js';
import {filled} from '../words.js';
import * as attribution from './attribution.js';
import {onPointing} from './controls.js';
import {decimal} from './format.js';
import {Lazily} from './lazily.js';

const NOTHING = '-1';

const drawn = new Map(); // noise is drawn once

function noise(seed, length) {
  const key = `${seed} ${length}`;
  if (!drawn.has(key)) drawn.set(key, attribution.normal(seed, length));
  return drawn.get(key);
}

/** How each map comes about: from the scores and gradients of a network, as (height, width). */
const METHODS = {
  gradient: ({gradient, pixels}) => gradient(pixels),
  times_input: ({gradient, pixels}) => attribution.gradientTimesInput(gradient, pixels),
  smooth: ({gradient, pixels}) => attribution.smoothGrad(gradient, pixels,
    (sample) => noise(sample, pixels.length)),
  integrated: async ({gradient, score, pixels, blank, tell}) => {
    const found = await attribution.integratedGradients(gradient, pixels, blank);
    tell({error: decimal(await attribution.completenessError(found, score, pixels, blank))});
    return found;
  },
  cam: async ({inner, shape}) => {
    const {output, gradient} = await inner();
    return attribution.gradCam(output, gradient, shape);
  },
  occlusion: ({score, pixels, blank, size}) => attribution.occlusion(score, pixels, blank, size),
};

export class Lens {
  /**
   * @param {object} scene see `view.js`.
   * @param {object} network see `explainer.js`.
   */
  constructor(scene, network) {
    const {words, spec} = scene;
    Object.assign(this, {scene, network});
    this.chosen = picker(words.lens_for, spec.classes, []);
    this.other = picker(words.lens_not, spec.classes, [[NOTHING, words.lens_nothing]]);
    for (const {select} of [this.chosen, this.other]) select.onchange = () => this.#choose();
    this.sign = element('p', {class: 'sign'});
    this.panels = Object.keys(METHODS).map((name) => new Panel(scene, name));
    this.root = element('section', {class: 'lens', 'aria-label': words.lens},
      element('h3', {}, words.lens),
      element('div', {class: 'controls'}, this.chosen.root, this.other.root), this.sign,
      element('div', {class: 'panels'}, ...this.panels.map(({root}) => root)));
    this.work = new Lazily(this.root, (wanted, check) => this.#compute(wanted, check));
  }

  /** Show it for what is computed now. */
  show() {
    const {image, state} = this.scene, shares = state.outputs.at(-1);
    if (this.picture !== image.id) {
      this.picture = image.id;
      this.chosen.select.value = String(shares.indexOf(Math.max(...shares)));
      this.other.select.value = NOTHING;
    }
    this.#choose();
  }

  #choose() {
    const {words, spec, image, gates} = this.scene;
    const chosen = Number(this.chosen.select.value), other = Number(this.other.select.value);
    const names = {name: spec.classes[chosen], other: spec.classes[other]};
    const two = other >= 0 && other !== chosen;
    this.sign.textContent = filled(two ? words.lens_sign_two : words.lens_sign, names);
    const weights = new Float32Array(spec.classes.length);
    weights[chosen] = 1;
    if (two) weights[other] = -1;
    const key = [image.id, chosen, two ? other : NOTHING, gates.join()].join(' ');
    if (this.work.ask({weights, key})) this.panels.forEach((panel) => panel.paint()); // other colors
  }

  /** One method after the other. */
  async #compute({weights}, check) {
    const {scene, network} = this, {spec, layers} = scene, {pixels} = scene.image, gates = scene.gates.slice();
    const blank = blankOf(pixels, spec), place = spec.last_convolution;
    const explain = (image) => {
      check();
      return network.gradient(image, weights, gates);
    };
    const dot = (logits) => logits.reduce((sum, logit, at) => sum + logit * weights[at], 0);
    this.panels.forEach((panel) => panel.wait());
    for (const panel of this.panels) {
      if (panel.name === 'cam' && place === null) continue;
      const began = performance.now();
      const values = await METHODS[panel.name]({
        pixels, blank, size: spec.shape, shape: layers[place]?.shape,
        gradient: async (image) => (await explain(image)).gradient,
        score: async (image) => dot((await explain(image)).logits),
        inner: () => network.inner(pixels, weights, gates),
        tell: (numbers) => panel.tell(numbers),
      });
      check();
      panel.root.dataset.took = Math.round(performance.now() - began); // for the benchmark
      panel.show(values, panel.name === 'cam' ? layers[place].shape : spec.shape);
    }
  }

  close() {
    this.work.close();
  }
}

/** An empty picture: no ink, or else all of it as its border is. */
function blankOf(pixels, {shape: [height, width, channels], is_ink: isInk}) {
  const blank = new Float32Array(pixels.length);
  if (isInk) return blank;
  for (let channel = 0; channel < channels; channel++) {
    const border = [];
    for (let at = 0; at < height * width; at++) {
      const [row, column] = [Math.floor(at / width), at % width];
      if (row % (height - 1) === 0 || column % (width - 1) === 0) border.push(pixels[at * channels + channel]);
    }
    const middle = border.sort((a, b) => a - b)[border.length >> 1];
    for (let at = channel; at < blank.length; at += channels) blank[at] = middle;
  }
  return blank;
}

/** A list that folds out, with its label. */
export function picker(label, classes, before) {
  const options = [...before, ...classes.map((name, place) => [String(place), name])];
  const select = element('select', {}, ...options.map(([value, name]) => element('option', {value}, name)));
  return {select, root: element('label', {class: 'picker'}, element('span', {}, label), select)};
}

/** One method's map over the picture, with what it means and what it does not. */
class Panel {
  constructor(scene, name) {
    const {words, spec, layers} = scene, place = spec.last_convolution;
    Object.assign(this, {scene, name, values: null});
    this.under = element('canvas', {class: 'under', 'aria-hidden': 'true'});
    this.over = element('canvas', {class: 'over', role: 'img'});
    this.said = element('p', {class: 'said'});
    this.#tell(words.lens_wait);
    this.means = element('p', {});
    this.template = words[`${name}_means`];
    const lacks = name === 'cam' && place === null;
    const layer = layers[place]?.name;
    this.tell({error: '…', layer});
    this.root = element('figure', {}, element('figcaption', {}, words[name]),
      ...(lacks ? [] : [element('div', {class: 'stack'}, this.under, this.over), this.said]),
      lacks ? element('p', {}, words.no_convolution) : this.means,
      ...(lacks ? [] : [element('p', {class: 'not'}, words[`${name}_not`])]));
    onPointing(this.over, (x, y) => this.#pointed(x, y));
    this.over.addEventListener('pointerleave', () => this.#peak());
  }

  tell(numbers) {
    this.numbers = {...this.numbers, ...numbers};
    this.means.textContent = filled(this.template, this.numbers);
  }

  wait() {
    this.values = null;
    this.over.getContext('2d').clearRect(0, 0, this.over.width, this.over.height);
    this.#tell(this.scene.words.lens_wait);
    this.paint();
  }

  show(values, [height, width]) {
    const cells = height * width, channels = values.length / cells;
    this.size = [height, width];
    this.values = Float32Array.from({length: cells}, (_, cell) => {
      let sum = 0;
      for (let channel = 0; channel < channels; channel++) sum += values[cell * channels + channel];
      return sum;
    });
    this.peak = largest(this.values, 0, 1, true);
    this.paint();
    this.#peak();
  }

  paint() {
    const {image, spec, scales} = this.scene;
    paintImage(this.under, image.levels, spec.shape, spec.is_ink ? scales.ink : null);
    if (!this.values) return;
    const [height, width] = this.size, {over, peak} = this;
    [over.width, over.height] = [width, height];
    const context = over.getContext('2d'), picture = context.createImageData(width, height);
    const pixels = new Uint32Array(picture.data.buffer), against = scales.diverging[0], speaking = scales.diverging[255];
    this.values.forEach((value, at) => {
      const alpha = peak > 0 ? Math.round(255 * Math.sqrt(Math.abs(value) / peak)) : 0;
      pixels[at] = (((value < 0 ? against : speaking) & 0xffffff) | (alpha << 24)) >>> 0;
    });
    context.putImageData(picture, 0, 0);
  }

  #pointed(x, y) {
    if (!this.values) return;
    const [height, width] = this.size, row = Math.floor(y * height), column = Math.floor(x * width);
    const value = this.values[row * width + column];
    if (value === undefined) return;
    this.said.textContent = filled(this.scene.words.lens_value, {row: row + 1, column: column + 1, value: signed(value)});
  }

  #peak() {
    if (!this.values) return;
    const {words} = this.scene;
    const strongest = this.values.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
    this.#tell(filled(words.lens_peak, {value: signed(strongest)}));
  }

  #tell(said) {
    const {words} = this.scene;
    this.said.textContent = said;
    this.over.setAttribute('aria-label', filled(words.lens_alt, {method: words[this.name], said}));
  }
}

const signed = (value) => (value > 0 ? `+${decimal(value)}` : decimal(value));
