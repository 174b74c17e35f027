/** The simplest try: one weight a pixel, and a sum for each class. */

import {element} from '../elements.js';
import {shortened} from '../words.js';
import {Choosing} from './choosing.js';
import {outline, paintSigned, peakOf, picture} from './signed.js';
import {overChannels, takenApart, weightsOf} from './sums.js';

const MOST = 12; // classes side by side; of more, the most probable

export class Weights {
  static needs = ['pixels'];

  constructor(scene) {
    const {words, data} = scene;
    Object.assign(this, {scene, chosen: null});
    this.row = element('div', {class: 'classes'});
    this.laid = picture('');
    this.found = picture(words.found);
    this.sum = element('dl', {class: 'sum-up'});
    this.root = element('div', {class: 'weights-step'}, this.row,
      element('div', {class: 'side-by-side'}, this.laid.figure, this.found.figure,
        element('div', {class: 'written'}, this.sum, element('p', {class: 'right'}, data.right))),
      element('p', {class: 'legend'}, words.legend));
  }

  async show(levels) {
    const {scene} = this, {spec} = scene;
    const network = await scene.networks.get('pixels');
    const {probabilities} = await network.run(levels);
    const layer = network.layers.find(({op}) => op === 'dense');
    Object.assign(this, {layer, probabilities, pixels: network.scene.image.pixels});
    if (!this.bars) this.#lay();
    this.#small();
    const best = probabilities.indexOf(Math.max(...probabilities));
    this.#bars(best);
    this.#look(this.chosen ?? best);
    this.root.dataset.best = spec.classes[best];
  }

  /** Lay out the classes: a bar, its share, the weights, the name. */
  #lay() {
    const {scene, probabilities} = this, {spec, words} = scene;
    const order = Array.from(probabilities, (_, at) => at);
    const shown = order.length <= MOST ? order
      : order.sort((one, other) => probabilities[other] - probabilities[one]).slice(0, MOST).sort((one, other) => one - other);
    this.bars = shown.map((label) => ({
      label, fill: element('span', {class: 'fill'}), share: element('span', {class: 'share'}),
      canvas: element('canvas', {'aria-hidden': 'true'}),
    }));
    const options = this.bars.map(({label, fill, share, canvas}) => ({
      name: scene.say(words.class_of, {name: spec.classes[label]}),
      inside: [element('span', {class: 'tower', 'aria-hidden': 'true'}, fill), share, canvas,
        element('span', {class: 'name', 'aria-hidden': 'true'}, shortened(spec.classes[label]))],
    }));
    this.choosing = new Choosing(words.choose, options, (at) => this.#look(this.chosen = this.bars[at].label));
    this.row.style.setProperty('--classes', shown.length);
    this.row.replaceChildren(this.choosing.root);
  }

  /** Paint what each class looks for, once in these colors. */
  #small() {
    const {scene} = this, {diverging} = scene.scales, [height, width, channels] = scene.spec.shape;
    if (this.painted === diverging) return;
    this.painted = diverging;
    const {kernel} = this.layer.arrays, peak = 0.8 * peakOf(kernel.values);
    for (const {label, canvas} of this.bars) {
      paintSigned(canvas, overChannels(weightsOf(kernel, label), channels), [height, width], diverging, peak);
    }
  }

  #bars(best) {
    for (const {label, fill, share} of this.bars) {
      const value = this.probabilities[label];
      fill.style.transform = `scaleY(${value})`;
      share.textContent = this.scene.percent(value, 0);
      share.parentElement.classList.toggle('first', label === best);
    }
  }

  /** Write out the sum of a class. */
  #look(label) {
    const {scene, layer, pixels} = this, {spec, words} = scene, [height, width, channels] = spec.shape;
    const name = shortened(spec.classes[label]), {kernel, bias} = layer.arrays;
    const sum = takenApart(kernel, bias, pixels, label), weights = weightsOf(kernel, label);
    this.choosing.mark(this.bars.findIndex((bar) => bar.label === label));
    const caption = scene.say(words.laid, {name});
    this.laid.figure.lastChild.textContent = caption;
    const alike = overChannels(weights, channels), given = overChannels(pixels, channels);
    paintSigned(this.laid.canvas, alike, [height, width], scene.scales.diverging, peakOf(alike));
    outline(this.laid.canvas, given, [height, width], getComputedStyle(this.root).color);
    const parts = overChannels(sum.parts, channels);
    paintSigned(this.found.canvas, parts, [height, width], scene.scales.diverging, peakOf(parts));
    this.laid.canvas.setAttribute('aria-label', caption);
    this.found.canvas.setAttribute('aria-label', scene.say(words.found_alt, {
      raises: scene.number(sum.raises, 1), lowers: scene.number(sum.lowers, 1),
    }));
    const rows = [[words.raises, sum.raises], [words.lowers, sum.lowers], [words.bias, sum.bias], [words.sum, sum.sum]];
    this.sum.replaceChildren(...rows.flatMap(([what, value]) => [
      element('dt', {}, scene.say(what, {name})),
      element('dd', {}, `${value > 0 ? '+' : ''}${scene.number(value, 1)}`)]),
    element('dt', {class: 'share'}, words.share), element('dd', {class: 'share'}, scene.percent(this.probabilities[label])));
  }

  close() {}
}
