/** A neuron: its weighted sum, its bias, and what squashes it, with sliders to move. */

import {element} from '../elements.js';
import {ACTIVATIONS} from '../inside/activations.js';
import {Choosing} from './choosing.js';
import {outline, paintSigned, peakOf, picture} from './signed.js';
import {overChannels, takenApart, weightsOf} from './sums.js';

const REACH = 10; // of the sum, to both sides of the curve
const [WIDE, HIGH] = [320, 200]; // of the curve, in units of its own
const SVG = 'http://www.w3.org/2000/svg';

export class Neuron {
  static needs = ['perceptron'];

  constructor(scene) {
    const {words} = scene;
    Object.assign(this, {scene, unit: null});
    this.row = element('div', {class: 'units'});
    this.laid = picture(words.weights);
    this.found = picture(words.found);
    this.gain = this.#slider(words.gain, {min: -1, max: 3, step: 0.1, value: 1});
    this.bias = this.#slider(words.bias, {min: -REACH, max: REACH, step: 0.1, value: 0});
    this.reset = element('button', {type: 'button'}, words.reset);
    this.reset.onclick = () => this.#begin();
    this.sum = element('p', {class: 'written-sum'});
    this.curve = new Curve(words);
    this.root = element('div', {class: 'neuron-step'}, this.row,
      element('div', {class: 'side-by-side'}, this.laid.figure, this.found.figure,
        element('div', {class: 'squash'}, this.curve.root, this.sum)),
      element('div', {class: 'sliders'}, this.gain.root, this.bias.root, this.reset),
      element('p', {class: 'legend'}, words.legend));
  }

  #slider(label, {min, max, step, value}) {
    const input = element('input', {type: 'range', min, max, step, value});
    const output = element('output', {});
    input.oninput = () => this.#tell();
    return {input, output, root: element('label', {class: 'slider'}, element('span', {}, label), input, output)};
  }

  async show(levels) {
    const network = await this.scene.networks.get('perceptron');
    this.layer = network.layers.find(({op}) => op === 'dense');
    this.pixels = Float32Array.from(levels, (level) => level / 255);
    if (!this.choosing) this.#lay();
    this.#small();
    if (this.unit === null) {
      this.unit = this.#undecided();
      this.choosing.mark(this.unit);
      this.#begin();
      return;
    }
    this.#look();
  }

  /** The unit that could most easily answer otherwise. */
  #undecided() {
    const {kernel, bias} = this.layer.arrays;
    const sums = Array.from({length: this.layer.shape[0]}, (_, unit) => Math.abs(takenApart(kernel, bias, this.pixels, unit).sum));
    return sums.indexOf(Math.min(...sums));
  }

  /** Lay out all units of the layer, as what each looks for. */
  #lay() {
    const {words, say} = this.scene, units = this.layer.shape[0];
    this.canvases = Array.from({length: units}, () => element('canvas', {'aria-hidden': 'true'}));
    this.choosing = new Choosing(words.choose, this.canvases.map((canvas, at) => (
      {name: say(words.unit, {unit: at + 1, units}), inside: [canvas]})), (at) => {
      this.unit = at;
      this.#begin();
    });
    this.row.replaceChildren(this.choosing.root);
  }

  /** Paint what each unit looks for, once in these colors. */
  #small() {
    const {scene, layer} = this, {diverging} = scene.scales, [height, width, channels] = scene.spec.shape;
    if (this.painted === diverging) return;
    this.painted = diverging;
    const {kernel} = layer.arrays, peak = 0.6 * peakOf(kernel.values);
    this.canvases.forEach((canvas, unit) => {
      paintSigned(canvas, overChannels(weightsOf(kernel, unit), channels), [height, width], diverging, peak);
    });
  }

  /** Put the sliders where the network has learned them. */
  #begin() {
    const learned = this.layer.arrays.bias.values[this.unit];
    const reach = Math.max(REACH, Math.ceil(Math.abs(learned)));
    [this.bias.input.min, this.bias.input.max] = [-reach, reach];
    this.gain.input.value = 1;
    this.bias.input.value = learned;
    this.learned = {shown: Number(this.bias.input.value), value: learned}; // a slider has steps
    this.#look();
  }

  #look() {
    const {scene, layer, pixels, unit} = this, {spec} = scene, [height, width, channels] = spec.shape;
    const {kernel, bias} = layer.arrays, size = [height, width];
    this.parts = takenApart(kernel, bias, pixels, unit);
    const weights = overChannels(weightsOf(kernel, unit), channels), parts = overChannels(this.parts.parts, channels);
    paintSigned(this.laid.canvas, weights, size, scene.scales.diverging, peakOf(weights));
    outline(this.laid.canvas, overChannels(pixels, channels), size, getComputedStyle(this.root).color);
    paintSigned(this.found.canvas, parts, size, scene.scales.diverging, peakOf(parts));
    const {words} = scene, name = scene.say(words.unit, {unit: unit + 1, units: layer.shape[0]});
    const weighted = scene.number(this.parts.raises + this.parts.lowers, 2);
    this.laid.canvas.setAttribute('aria-label', `${name}: ${words.weights}`);
    this.found.canvas.setAttribute('aria-label', `${name}: ${words.found}: ${weighted}`);
    this.#tell();
  }

  /** Say what comes out with the sliders as they are. */
  #tell() {
    const {scene, parts, layer} = this, {words} = scene;
    const gain = Number(this.gain.input.value), moved = Number(this.bias.input.value);
    const bias = moved === this.learned.shown ? this.learned.value : moved;
    const weighted = (parts.raises + parts.lowers) * gain, sum = weighted + bias;
    const squashed = ACTIVATIONS[layer.activation](sum);
    this.gain.output.textContent = `× ${scene.number(gain, 1)}`;
    this.bias.output.textContent = scene.number(bias, 1);
    this.sum.textContent = scene.say(words.sum, {
      weighted: scene.number(weighted, 2), bias: `${bias < 0 ? '−' : '+'} ${scene.number(Math.abs(bias), 2)}`,
      sum: scene.number(sum, 2), out: scene.number(squashed, 2),
    });
    this.reset.disabled = gain === 1 && moved === this.learned.shown;
    this.root.dataset.out = squashed;
    this.curve.show(ACTIVATIONS[layer.activation], sum, scene.say(words.curve_alt, {
      sum: scene.number(sum, 2), out: scene.number(squashed, 2)}));
  }

  close() {}
}

/** The function that squashes, and where on it the sum is. */
class Curve {
  constructor(words) {
    this.line = drawn('path', {class: 'line'});
    this.drop = drawn('path', {class: 'drop'});
    this.point = drawn('circle', {class: 'point', r: 6});
    this.root = drawn('svg', {viewBox: `-12 -16 ${WIDE + 24} ${HIGH + 40}`, role: 'img', class: 'curve'},
      drawn('path', {class: 'axes', d: `M0,${HIGH} H${WIDE} M${WIDE / 2},0 V${HIGH}`}),
      this.drop, this.line, this.point,
      written(WIDE / 2, HIGH + 16, words.axis_sum, 'middle'), written(WIDE / 2 + 6, 4, '1'), written(WIDE / 2 + 6, HIGH - 5, '0'));
  }

  show(squash, sum, alt) {
    const place = (x) => [WIDE * (0.5 + x / (2 * REACH)), HIGH * (1 - Math.min(Math.max(squash(x), -0.05), 1.05))];
    if (!this.line.hasAttribute('d')) {
      const places = Array.from({length: 81}, (_, at) => place(REACH * (at / 40 - 1)).join(','));
      this.line.setAttribute('d', `M${places.join('L')}`);
    }
    const [x, y] = place(Math.min(Math.max(sum, -REACH), REACH));
    this.point.setAttribute('cx', x);
    this.point.setAttribute('cy', y);
    this.drop.setAttribute('d', `M${x},${HIGH} V${y} H${WIDE / 2}`);
    this.root.setAttribute('aria-label', alt);
  }
}

function drawn(tag, attributes, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function written(x, y, text, anchor = 'start') {
  const made = drawn('text', {x, y, 'text-anchor': anchor});
  made.textContent = text;
  return made;
}
