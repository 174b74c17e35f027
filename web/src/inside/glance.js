/** The network at a glance: every layer a column, from the picture to the probabilities. */

import {paintImage} from '../colors.js';
import {element} from '../elements.js';
import {acrossOf, Mosaic} from '../layers.js';
import {count, filled, percent, ranked, shortened} from '../words.js';
import {breakable, share} from './format.js';
import {grid} from './sums.js';

const TALL = 3.2; // how much higher than wide the mosaics are, if they can be
const MOST_BARS = 12;

export class Glance {
  /**
   * @param {object} scene see `view.js`.
   * @param {?(layer: number) => void} choose called with the layer that is clicked; null if none can be.
   * @param {string} label
   */
  constructor(scene, choose, label = scene.words.glance) {
    const {layers, words, spec} = this.scene = scene;
    this.marks = Boolean(choose);
    this.picture = element('canvas', {role: 'img', 'aria-label': words.picture});
    this.columns = layers.slice(0, -1).map((layer, place) => new Column(scene, layer, place, choose));
    this.bars = new Bars(scene, layers.length - 1, choose);
    const last = layers.length - 1;
    this.root = element('section', {class: 'glance', tabindex: '0', 'aria-label': label},
      element('div', {class: 'column picture'},
        element('span', {class: 'name'}, words.picture), this.picture,
        element('span', {class: 'shape'}, breakable(spec.shape.join('×'))),
        element('span', {class: 'label'}, words.row_parameters),
        element('span', {class: 'label'}, words.row_share)),
      ...this.columns.map(({root}) => root), this.bars.root);
    this.root.style.setProperty('--layers', last);
  }

  show() {
    const {spec, image, scales, change} = this.scene;
    // Of a color image, gray is the same.
    if (change) paintImage(this.picture, change, spec.shape, spec.shape.at(-1) === 1 ? scales.diverging : null);
    else paintImage(this.picture, image.levels, spec.shape, spec.is_ink ? scales.ink : null);
    this.picture.setAttribute('aria-label', change ? changesSaid(this.scene) : pictureSaid(this.scene));
    this.columns.forEach((column) => column.show());
    this.bars.show();
  }

  /** Mark the layer that is up close. */
  mark(chosen) {
    if (!this.marks) return;
    [...this.columns, this.bars].forEach(({root}, place) => {
      root.setAttribute('aria-pressed', place === chosen);
    });
  }
}

/** The picture in words: what it is taken for. */
export function pictureSaid({words, spec, state}) {
  const shares = state.outputs.at(-1), [best] = ranked(shares);
  return filled(words.picture_as, {name: spec.classes[best], share: share(words, shares[best])});
}

/** How much differs between two pictures; the middle level is no difference. */
function changesSaid({words, change}) {
  return filled(words.picture_changes, {share: percent(change.filter((level) => level !== 128).length / change.length)});
}

/** What is written above and below a layer. */
function captions({words, layers, names}, layer, place) {
  const values = {
    name: layer.name, gives: layer.gives, parameters: count(layer.parameters),
    share: share(words, layer.share),
  };
  const usual = layer.inputs.length === 1 && layer.inputs[0] === place - 1;
  const from = usual ? '' : filled(words.from, {names: layer.inputs.map(names).join(' + ')});
  return {
    label: filled(words.layer, values),
    above: [element('span', {class: 'name', title: layer.name}, breakable(layer.name),
      ...(from ? [element('small', {class: 'from', title: from}, from)] : []))],
    below: [element('span', {class: 'shape'}, breakable(layer.shape.join('×'))),
      element('span', {}, layer.parameters ? count(layer.parameters) : words.none),
      element('span', {class: 'share'}, share(words, layer.share))],
  };
}

/** The box around a column: a button, if something is to happen. */
function box(kind, label, clicked, ...children) {
  if (!clicked) return element('div', {class: kind, title: label}, ...children);
  const button = element('button', {class: kind, type: 'button', title: label}, ...children);
  button.onclick = clicked;
  return button;
}

class Column {
  constructor(scene, layer, place, choose) {
    Object.assign(this, {scene, layer, place});
    const {label, above, below} = captions(scene, layer, place);
    const [height, width, maps] = grid(layer.shape);
    const cells = height * width === 1 ? {zoom: maps > 256 ? 2 : 6, gap: maps > 256 ? 0 : 1} : {};
    this.mosaic = new Mosaic({
      shape: layer.shape, columns: acrossOf(height, width, maps, TALL), alt: '', ...cells,
    });
    this.mosaic.canvas.setAttribute('aria-hidden', 'true');
    this.mosaic.canvas.classList.toggle('crisp', height * width === 1 && maps <= 256);
    this.root = box('column', label, choose && (() => choose(place)), ...above, this.mosaic.canvas, ...below);
  }

  show() {
    const {scales, state, isDifference} = this.scene, signed = this.layer.signed || Boolean(isDifference);
    this.mosaic.show(state.outputs[this.place], signed ? scales.diverging : scales.ink, {signed});
    this.root.classList.toggle('switched', this.scene.isSwitched(this.place));
  }
}

class Bars {
  constructor(scene, place, choose) {
    this.scene = scene;
    const {layers, spec} = scene, {label, above, below} = captions(scene, layers[place], place);
    const rows = Math.min(spec.classes.length, MOST_BARS);
    this.rows = Array.from({length: rows}, () => {
      const parts = ['name', 'fill', 'was', 'value'].map((kind) => element('span', {class: kind}));
      const [name, fill, was, value] = parts;
      return {name, fill, was, value, root: element('span', {class: 'bar'}, name,
        element('span', {class: 'track'}, fill, was), value)};
    });
    const bars = element('span', {class: 'bars'}, ...this.rows.map(({root}) => root));
    this.root = box('column answer', label, choose && (() => choose(place)), ...above, bars, ...below);
  }

  show() {
    const {state, before, spec, words} = this.scene, shares = state.outputs.at(-1);
    const order = ranked(shares), {classes} = spec;
    const shown = classes.length > MOST_BARS ? order : classes.map((_, label) => label);
    this.rows.forEach(({name, fill, was, value, root}, at) => {
      const label = shown[at];
      name.textContent = shortened(classes[label]);
      name.title = classes[label];
      value.textContent = share(words, shares[label]);
      fill.style.transform = `scaleX(${shares[label]})`;
      was.hidden = !before;
      if (before) was.style.left = `${100 * before[label]}%`;
      root.classList.toggle('first', label === order[0]);
    });
  }
}
