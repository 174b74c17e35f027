/** Convolution and pooling, step by step: slide, multiply, add up; keep the strongest. */

import {paintImage} from '../colors.js';
import {element} from '../elements.js';
import {Choice, Framed, onArrows, onPointing} from '../inside/controls.js';
import {Slide} from '../inside/slide.js';
import {sumAt, windowAt} from '../inside/sums.js';
import {latest} from './latest.js';
import {NumberGrid} from './number_grid.js';

const PAUSE = 60; // milliseconds at a position
const AHEAD = 0.25; // how strong what the window has not reached yet is painted
const POOLS = {max_pool: 'strongest', average_pool: 'mean'};
const ARRANGING = ['rectify', 'identity', 'scale'];

export class Convolution {
  static needs = ['cnn'];

  constructor(scene) {
    const {words} = scene;
    Object.assign(this, {scene, row: 0, column: 0, phase: 'convolution', map: null});
    this.phases = new Choice(words.phase, [['convolution', words.convolution], ['pooling', words.pooling]], (phase) => this.#turn(phase));
    this.given = new Framed(element('canvas', {
      tabindex: '0', role: 'application', class: 'place', 'aria-label': words.choose_place,
    }), 'field');
    this.made = new Framed(element('canvas', {role: 'img'}), 'cell');
    [this.givenTitle, this.madeTitle] = [element('figcaption', {}), element('figcaption', {})];
    this.grids = ['window', 'kernel', 'products'].map((name) => new NumberGrid(scene, name));
    this.signs = ['×', '='].map((sign) => element('span', {class: 'sign', 'aria-hidden': 'true'}, sign));
    this.sum = element('p', {class: 'said sum-line'});
    this.slide = new Slide(words, () => this.#next(1), PAUSE);
    const button = (label, act) => {
      const made = element('button', {type: 'button', class: 'play'}, label);
      made.onclick = () => {
        this.slide.stop();
        act();
      };
      return made;
    };
    this.kernels = [button(words.kernel_before, () => this.#kernel(-1)), button(words.kernel_after, () => this.#kernel(1))];
    this.root = element('div', {class: 'later convolution'},
      element('div', {class: 'from-to'}, element('figure', {}, this.givenTitle, this.given.root),
        element('figure', {}, this.madeTitle, this.made.root)),
      element('div', {},
        // Whoever wants no motion steps with what plays for others.
        element('div', {class: 'controls'}, this.phases.root, this.slide.root,
          ...(this.slide.still ? [] : [button(words.step, () => this.#next(1))]), ...this.kernels),
        element('div', {class: 'arithmetic'}, this.grids[0].root, this.signs[0], this.grids[1].root),
        element('div', {class: 'arithmetic'}, this.signs[1], this.grids[2].root, this.sum)));
    onPointing(this.given.canvas, (x, y, isPressed) => isPressed && this.#pointed(x, y));
    onArrows(this.given.canvas, (down, across) => {
      this.slide.stop();
      this.#move(this.row + down, this.column + across, true);
    });
    this.ask = latest(() => this.#compute());
  }

  show(levels) {
    this.levels = levels;
    return this.ask();
  }

  async #compute() {
    const network = this.network = await this.scene.networks.get('cnn');
    if (!this.levels || this.closed || !network) return;
    await network.run(this.levels);
    if (this.closed) return;
    const {layers, scene} = network;
    this.first = layers.findIndex(({op}) => op === 'convolution');
    this.pool = poolAfter(layers, this.first);
    this.root.hidden = this.first < 0;
    if (this.first < 0) return;
    this.phases.root.hidden = this.pool < 0;
    this.map ??= strongest(scene.state.outputs[this.first], layers[this.first].shape.at(-1));
    this.#open();
  }

  #turn(phase) {
    this.slide.stop();
    this.phase = phase;
    [this.row, this.column] = [0, 0];
    if (this.layer) this.#open();
  }

  #kernel(by) {
    if (!this.layer) return;
    const count = this.network.layers[this.first].shape.at(-1);
    this.map = (this.map + by + count) % count;
    this.#open();
  }

  #pointed(x, y) {
    this.slide.stop();
    const {settings: {strides, before, size}} = this.layer, [height, width] = this.source.shape;
    const to = (share, side, axis) => Math.round((share * side + before[axis] - size[axis] / 2) / strides[axis]);
    this.#move(to(y, height, 0), to(x, width, 1), true);
  }

  /** Show the phase's layer: what it gets, and what it makes of it. */
  #open() {
    const {scene, network, phase} = this, {words} = scene, {layers} = network, isPool = phase === 'pooling';
    this.at = isPool ? this.pool : this.first;
    this.layer = layers[this.at];
    [this.source] = network.scene.inputs(this.layer);
    const [height, width] = this.layer.shape, count = layers[this.first].shape.at(-1);
    this.size = [height, width];
    const values = {kernel: this.map + 1, count, height, width};
    this.givenTitle.textContent = isPool ? scene.say(words.map_title, values) : words.picture_title;
    this.madeTitle.textContent = scene.say(isPool ? words.pooled_title : words.map_title, values);
    this.kernels.forEach((button) => { button.hidden = isPool; });
    this.signs.forEach((sign) => { sign.hidden = isPool; });
    if (isPool) this.#paintMap(this.given.canvas, this.source.values, this.source.shape, Infinity);
    else paintImage(this.given.canvas, this.levels, scene.spec.shape, scene.spec.is_ink ? scene.scales.ink : null);
    this.#move(this.row, this.column, false);
  }

  #next(by) {
    if (!this.layer) return;
    const [height, width] = this.size, total = height * width;
    const at = this.row * width + this.column + by;
    if (at === total) this.slide.stop(); // the map is complete
    const next = (at + total) % total;
    this.#move(Math.floor(next / width), next % width, false);
  }

  #move(row, column, isAloud) {
    if (!this.layer) return;
    const within = (value, most) => Math.min(Math.max(value, 0), most - 1);
    [this.row, this.column] = [within(row, this.size[0]), within(column, this.size[1])];
    this.#tell(isAloud);
  }

  /** Write out the value that the window is at. */
  #tell(isAloud) {
    const {layer, source, row, column, network} = this, [, width] = this.size, maps = layer.shape.at(-1);
    const cell = row * width + column;
    const window = windowAt(layer, source, {row, column});
    this.given.cells(0, window.rows, window.columns, source.shape);
    this.made.cells(0, [row, row + 1], [column, column + 1], this.size);
    this.#paintMap(this.made.canvas, network.scene.state.outputs[this.at], layer.shape, cell);
    const sum = sumAt(layer, [source], cell * maps + this.map);
    this.#grids(sum, window);
    this.sum.setAttribute('aria-live', isAloud ? 'polite' : 'off');
    this.sum.textContent = this.#said(sum);
  }

  #grids(sum, window) {
    const {layer, source} = this, {size} = layer.settings, [, across, depth] = source.shape;
    const isPool = this.phase === 'pooling', blank = () => new Array(size[0] * size[1]).fill(null);
    const [inputs, weights, products] = [blank(), blank(), blank()];
    const seen = isPool ? this.map : mostIn(sum.terms, depth); // the channel whose numbers are written out
    for (const {from, value, weight, part} of sum.terms) {
      const at = Math.floor(from / depth), row = Math.floor(at / across) - window.rows[2], column = (at % across) - window.columns[2];
      const cell = row * size[1] + column;
      if (from % depth === seen) [inputs[cell], weights[cell]] = [value, weight];
      products[cell] = (products[cell] ?? 0) + part;
    }
    this.#captions(isPool, depth, seen);
    const best = isPool && layer.op === 'max_pool' ? inputs.indexOf(sum.before) : -1;
    this.grids[0].show(inputs, size[1], {best});
    this.grids.slice(1).forEach((grid) => { grid.root.hidden = isPool; });
    if (isPool) return;
    this.grids[1].show(weights, size[1], {isSigned: true});
    this.grids[2].show(products, size[1], {isSigned: true});
  }

  /** Of several channels, the numbers of one are written out. */
  #captions(isPool, depth, seen) {
    const {words} = this.scene, isOne = isPool || depth === 1;
    const channel = depth === 3 ? words[['red', 'green', 'blue'][seen]] : seen + 1;
    this.grids.forEach((grid, at) => grid.title(isOne ? '' : at < 2 ? channel : words.all_channels));
  }

  #said(sum) {
    const {scene} = this, {words} = scene, two = (value) => scene.number(value, 2);
    if (this.phase === 'pooling') return scene.say(words[POOLS[this.layer.op]], {result: two(sum.after)});
    const products = sum.before - (sum.bias ?? 0);
    const values = {products: two(products), bias: two(sum.bias ?? 0), sum: two(sum.before), result: two(sum.after), activation: sum.activation};
    return scene.say(sum.activation === 'relu' ? words.sum_relu : sum.activation === 'linear' ? words.sum_plain : words.sum_other, values);
  }

  /** Paint one map; what the window has not reached yet is faint. */
  #paintMap(canvas, values, [height, width, maps], reached) {
    if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
    const {ink} = this.scene.scales, context = canvas.getContext('2d'), image = context.createImageData(width, height);
    const colors = new Uint32Array(image.data.buffer);
    let peak = 1e-9;
    for (let at = this.map; at < values.length; at += maps) peak = Math.max(peak, values[at]);
    for (let cell = 0; cell < height * width; cell++) {
      const level = Math.max(0, values[cell * maps + this.map]) / peak;
      colors[cell] = ink[Math.round(255 * level * (cell <= reached ? 1 : AHEAD))];
    }
    context.putImageData(image, 0, 0);
    canvas.setAttribute('aria-label', canvas === this.made.canvas ? this.madeTitle.textContent : this.scene.words.choose_place);
  }

  close() {
    this.closed = true;
    this.slide.stop();
  }
}

/** The pooling layer that takes a layer's output, perhaps after what keeps its shape; -1 for none. */
function poolAfter(layers, first) {
  for (let at = first, next; at >= 0; at = next) {
    next = layers.findIndex(({inputs}) => inputs.length === 1 && inputs[0] === at);
    if (next >= 0 && layers[next].op in POOLS) return next;
    if (next < 0 || !ARRANGING.includes(layers[next].op)) return -1;
  }
  return -1;
}

/** The map with the highest sum. */
function strongest(values, maps) {
  const sums = new Float64Array(maps);
  values.forEach((value, at) => { sums[at % maps] += Math.max(0, value); });
  return sums.indexOf(Math.max(...sums));
}

/** The channel whose terms are the largest. */
function mostIn(terms, depth) {
  const parts = new Float64Array(depth);
  for (const {from, part} of terms) parts[from % depth] += Math.abs(part);
  return parts.indexOf(Math.max(...parts));
}
