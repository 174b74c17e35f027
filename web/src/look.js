/** Where a network looks, over what is drawn, while the pen moves. */

import {scaleOf} from './colors.js';
import {element} from './elements.js';
import {gradCam} from './inside/attribution.js';
import {Explainer} from './inside/explainer.js';
import {largest} from './layers.js';
import {filled} from './words.js';

const OFF = 'off';

/** What is shown for a class, as (height, width); each takes one run of the network. */
const WAYS = {
  times_input: async (network, pixels, weights) => {
    const {gradient} = await network.gradient(pixels, weights);
    return [gradient.map((slope, at) => slope * pixels[at]), network.spec.shape];
  },
  gradient: async (network, pixels, weights) => {
    const {gradient} = await network.gradient(pixels, weights);
    return [gradient, network.spec.shape];
  },
  cam: async (network, pixels, weights) => {
    const {output, gradient} = await network.inner(pixels, weights);
    const {shape} = network.spec.layers[network.spec.last_convolution];
    return [gradCam(output, gradient, shape), shape];
  },
};

export class Look {
  /**
   * @param {Object<string, string>} words templates of sentences.
   * @param {() => void} changed called when something else is to be shown.
   */
  constructor(words, changed) {
    this.words = words;
    this.over = element('canvas', {class: 'looked', 'aria-hidden': 'true'});
    this.select = element('select', {});
    this.select.onchange = () => {
      if (!this.on) this.clear();
      changed();
    };
    this.said = element('p', {class: 'sign'});
    this.root = element('div', {class: 'look'},
      element('label', {}, element('span', {}, words.look), this.select), this.said);
  }

  /** Look into other runs: into one that has a gradient graph, where it is shown alone. */
  update(spec, blob) {
    const [run] = spec.runs, known = spec.runs.length === 1 ? run.gradients : null;
    this.root.hidden = !known;
    this.close();
    this.clear();
    if (!known) return;
    const ways = Object.keys(WAYS).filter((way) => way !== 'cam' || known.last_convolution !== null);
    const kept = ways.includes(this.select.value) ? this.select.value : OFF;
    this.select.replaceChildren(...[OFF, ...ways].map((value) => (
      element('option', {value}, this.words[`look_${value}`]))));
    this.select.value = kept;
    const [start, length] = known.graph;
    this.open = () => Explainer.open(blob.slice(start, start + length), {...run, ...known, shape: spec.shape});
  }

  get on() {
    return !this.root.hidden && this.select.value !== OFF && this.select.value !== '';
  }

  /**
   * Show what speaks for the prediction.
   *
   * @param {Float32Array} pixels in [0, 1].
   * @param {Float32Array} shares the probabilities.
   * @param {?{left: number, top: number, side: number}} box where the image is, in shares of the
   *     square that is drawn on.
   */
  async see(pixels, shares, box) {
    if (!this.on || !box) {
      this.clear();
      return;
    }
    const network = await (this.network ??= this.open());
    const best = shares.indexOf(Math.max(...shares)), weights = new Float32Array(shares.length);
    weights[best] = 1;
    const [values, shape] = await WAYS[this.select.value](network, pixels, weights);
    this.#paint(values, shape);
    const {style} = this.over, {left, top, side} = box;
    Object.assign(style, {
      left: `${100 * left}%`, top: `${100 * top}%`, width: `${100 * side}%`, height: `${100 * side}%`,
    });
    this.said.textContent = filled(this.words.look_sign, {name: network.spec.classes[best]});
  }

  #paint(values, [height, width]) {
    const {over} = this, steps = getComputedStyle(this.root).getPropertyValue('--st-chart-diverging-colors');
    if (this.steps !== steps) [this.steps, this.scale] = [steps, scaleOf(steps)];
    if (over.width !== width || over.height !== height) [over.width, over.height] = [width, height];
    const peak = largest(values, 0, 1, true), context = over.getContext('2d');
    const picture = context.createImageData(width, height), colors = new Uint32Array(picture.data.buffer);
    values.forEach((value, at) => {
      const alpha = peak > 0 ? Math.round(230 * Math.sqrt(Math.abs(value) / peak)) : 0;
      colors[at] = ((this.scale[value < 0 ? 0 : 255] & 0xffffff) | (alpha << 24)) >>> 0;
    });
    context.putImageData(picture, 0, 0);
  }

  clear() {
    this.over.getContext('2d').clearRect(0, 0, this.over.width, this.over.height);
    this.said.textContent = '';
  }

  close() {
    this.network?.then((network) => network.close());
    this.network = null;
  }
}
