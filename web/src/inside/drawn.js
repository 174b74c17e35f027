/** A small network drawn whole: every unit lit by the picture, every strong connection a line. */

import {paintImage} from '../colors.js';
import {element} from '../elements.js';
import {largest} from '../layers.js';
import {shortened} from '../words.js';
import {MOST_EDGES, strongestEdges} from './chain.js';
import {onArrows, onPointing} from './controls.js';
import {share} from './format.js';
import {pictureSaid} from './glance.js';
import {sumTable} from './sum_table.js';
import {weightFigures} from './weight_figures.js';

const HIGH = '400px';
// CSS pixels where letters have 16, and more where they are larger:
const LEFT = 220; // the room for the picture and what fans out from it
const FAN = 62; // of that
const NAMES = 130; // the room for the names of the classes
const THICK = 4.5; // the strongest line

export class Drawn {
  /**
   * @param {object} scene see `view.js`.
   * @param {number[]} chain the places of the dense layers; see `chain.js`.
   * @param {(layer: number, unit: number) => void} choose called with the unit that is clicked.
   * @param {{high: string, left: number}} size how high it is, a length in CSS, and the room for the
   *     picture, in CSS pixels where letters have 16.
   */
  constructor(scene, chain, choose, {high = HIGH, left = LEFT} = {}) {
    const {words} = scene;
    Object.assign(this, {scene, chain, room: left, chosen: null});
    this.canvas = element('canvas', {tabindex: '0', role: 'application', 'aria-label': words.drawn_how});
    this.picture = element('canvas', {class: 'picture', role: 'img', 'aria-label': words.picture});
    this.side = element('div', {class: 'side', 'aria-live': 'off'});
    this.root = element('section', {class: 'drawn', 'aria-label': words.drawn},
      element('h3', {}, words.drawn), element('p', {class: 'facts'}, words.drawn_about),
      element('div', {class: 'whole'}, element('div', {class: 'net'}, this.picture, this.canvas), this.side));
    onPointing(this.canvas, (x, y, pressed) => {
      const unit = this.#at(x, y);
      if (unit && pressed) choose(this.chain[unit[0]], unit[1]);
      if (unit && String(unit) !== String(this.chosen)) this.#look(unit, false);
    });
    onArrows(this.canvas, (down, across) => this.#move(down, across));
    this.root.style.setProperty('--high', high);
    this.resized = new ResizeObserver(() => this.#draw());
    this.resized.observe(this.canvas);
  }

  /** Show it for what is computed now. */
  show() {
    const {image, spec, scales, state, layers} = this.scene;
    paintImage(this.picture, image.levels, spec.shape, spec.is_ink ? scales.ink : null);
    this.picture.setAttribute('aria-label', pictureSaid(this.scene));
    this.edges = this.chain.slice(1).map((place, at) => strongestEdges(
      layers[place].arrays.kernel.values, state.outputs[this.chain[at]], layers[place].shape[0],
      Math.floor(MOST_EDGES / (this.chain.length - 1))));
    const last = state.outputs.at(-1);
    this.#look(this.chosen ?? [this.chain.length - 1, last.indexOf(Math.max(...last))], false);
  }

  /** Look at a unit: what comes to it and goes from it, its weights and its sum. */
  #look(unit, aloud) {
    const {scene, chain} = this, place = chain[unit[0]], layer = scene.layers[place];
    this.chosen = unit;
    this.side.setAttribute('aria-live', aloud ? 'polite' : 'off');
    const {table} = sumTable(scene, place, unit[1]);
    this.side.replaceChildren(element('div', {class: 'weights'}, ...weightFigures(scene, layer, unit[1])), table);
    this.#draw();
  }

  #move(down, across) {
    const within = (value, most) => Math.min(Math.max(value, 0), most - 1);
    const layer = within(this.chosen[0] + across, this.chain.length);
    this.#look([layer, within(this.chosen[1] + down, this.#units(layer))], true);
  }

  #units(at) {
    return this.scene.layers[this.chain[at]].shape[0];
  }

  /** Where a unit is, in CSS pixels. */
  #place(at, unit) {
    const {width, left} = this, right = width - NAMES * this.scale, units = this.#units(at), layers = this.chain.length;
    return [left + ((right - left) * at) / Math.max(1, layers - 1), (this.high * (unit + 0.5)) / units];
  }

  #radius(at) {
    return Math.min(13 * this.scale, (0.42 * this.high) / this.#units(at));
  }

  #at(x, y) {
    let best = null, least = 22;
    for (let at = 0; at < this.chain.length; at++) {
      for (let unit = 0; unit < this.#units(at); unit++) {
        const [left, top] = this.#place(at, unit);
        const far = Math.hypot(left - x * this.width, top - y * this.high);
        if (far < least) [best, least] = [[at, unit], far];
      }
    }
    return best;
  }

  #draw() {
    const {canvas, scene} = this, density = devicePixelRatio || 1;
    [this.width, this.high] = [canvas.clientWidth, canvas.clientHeight];
    if (!this.width || !this.edges) return;
    [canvas.width, canvas.height] = [this.width * density, this.high * density];
    const context = canvas.getContext('2d'), given = getComputedStyle(this.root);
    context.scale(density, density);
    this.ink = given.getPropertyValue('--st-text-color');
    this.accent = given.getPropertyValue('--st-primary-color');
    this.scale = parseFloat(given.fontSize) / 16;
    this.left = this.room * this.scale;
    this.family = given.fontFamily;
    this.#fan(context);
    this.edges.forEach((edges, at) => this.#lines(context, edges, at));
    this.chain.forEach((place, at) => this.#circles(context, scene.state.outputs[place], at));
  }

  /** Every unit of the first layer gets the whole picture. */
  #fan(context) {
    context.strokeStyle = this.ink;
    context.lineWidth = 0.5;
    for (let unit = 0; unit < this.#units(0); unit++) {
      const isChosen = this.chosen[0] === 0 && this.chosen[1] === unit;
      context.globalAlpha = isChosen ? 0.9 : 0.2;
      line(context, [this.left - FAN * this.scale, this.high / 2], this.#place(0, unit));
    }
    context.globalAlpha = 1;
  }

  #lines(context, edges, at) {
    const {diverging} = this.scene.scales, [layer, unit] = this.chosen;
    const peak = Math.abs(edges[0]?.flow ?? 1);
    const concerns = ({from, to}) => (layer === at && from === unit) || (layer === at + 1 && to === unit);
    const some = layer === at || layer === at + 1;
    // The strongest are drawn last, and those of the chosen unit over all others.
    const ordered = [...edges].reverse().sort((one, other) => concerns(one) - concerns(other));
    for (const edge of ordered) {
      const strength = Math.abs(edge.flow) / peak;
      context.strokeStyle = css(edge.flow > 0 ? diverging[255] : diverging[0]);
      context.setLineDash(edge.flow > 0 ? [] : [5, 3]); // not by color alone
      context.lineWidth = Math.max(0.5, THICK * strength);
      context.globalAlpha = (0.25 + 0.75 * strength) * (some && !concerns(edge) ? 0.3 : 1);
      line(context, this.#place(at, edge.from), this.#place(at + 1, edge.to));
    }
    context.setLineDash([]);
    context.globalAlpha = 1;
  }

  #circles(context, values, at) {
    const {scales, layers, spec, words} = this.scene, {signed} = layers[this.chain[at]];
    const peak = largest(values, 0, 1, signed) || 1, isLast = at === this.chain.length - 1, radius = this.#radius(at);
    context.font = `${Math.min(12 * this.scale, this.high / values.length)}px ${this.family}`;
    context.textBaseline = 'middle';
    values.forEach((value, unit) => {
      const [x, y] = this.#place(at, unit), isChosen = this.chosen[0] === at && this.chosen[1] === unit;
      const level = signed ? 127.5 + (127.5 * value) / peak : (255 * Math.max(0, value)) / peak;
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.fillStyle = css((signed ? scales.diverging : scales.ink)[Math.round(level)]);
      context.fill();
      context.lineWidth = isChosen ? 3 : 1;
      context.strokeStyle = isChosen ? this.accent : this.ink;
      context.stroke();
      if (!isLast) return;
      context.fillStyle = this.ink;
      const name = shortened(spec.classes[unit]), short = name.length > 10 ? `${name.slice(0, 9)}…` : name;
      context.fillText(`${short}  ${share(words, value)}`, x + radius + 8, y);
    });
  }

  close() {
    this.resized.disconnect();
  }
}

function line(context, from, to) {
  context.beginPath();
  context.moveTo(...from);
  context.lineTo(...to);
  context.stroke();
}

/** A pixel as CSS has it. */
function css(pixel) {
  return `rgb(${pixel & 255} ${(pixel >> 8) & 255} ${(pixel >> 16) & 255})`;
}
