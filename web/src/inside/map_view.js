/** One map or unit, large: what it gets, what it looks for, and the sum behind each value. */

import {paintImage} from '../colors.js';
import {element} from '../elements.js';
import {largest} from '../layers.js';
import {filled} from '../words.js';
import {Framed, onArrows, onPointing} from './controls.js';
import {Examples} from './examples.js';
import {Gate} from './gate.js';
import {pictureSaid} from './glance.js';
import {laidOut} from './laid_out.js';
import {Slide} from './slide.js';
import {sumTable} from './sum_table.js';
import {grid, windowAt} from './sums.js';
import {weightFigures} from './weight_figures.js';

const WINDOWED = ['convolution', 'max_pool', 'average_pool'];

export class MapView {
  /**
   * @param {object} scene see `view.js`.
   * @param {{gate: (factor: number) => void}} actions called when the map is scaled.
   */
  constructor(scene, actions) {
    const {words} = this.scene = scene;
    this.picture = new Framed(element('canvas', {role: 'img', 'aria-label': words.picture}), 'field');
    this.sees = element('figcaption', {});
    this.given = element('figure', {class: 'given'});
    this.large = element('figure', {class: 'large'});
    this.sum = element('div', {class: 'sum-place', 'aria-live': 'off'});
    this.weights = element('div', {class: 'weights'});
    this.beside = element('div', {class: 'weights'});
    this.slide = new Slide(words, () => this.#slid());
    this.examples = new Examples(scene);
    this.gate = new Gate(words, actions.gate);
    this.root = element('section', {class: 'map-view'}, element('div', {class: 'pictures'},
      element('figure', {}, this.picture.root, this.sees), this.given, this.large, this.beside),
    this.gate.root, element('div', {class: 'below'}, this.sum, this.weights), this.examples.root);
  }

  /** Show a map of a layer. */
  open(place, map) {
    this.slide.stop();
    const {words, layers} = this.scene, layer = this.layer = layers[place];
    Object.assign(this, {at: place, map});
    const [height, width] = this.size = grid(layer.shape);
    this.isGrid = height * width > 1;
    const canvas = element('canvas', {
      width, height, tabindex: '0', role: 'application', class: 'place', 'aria-label': words.choose_place,
    });
    this.canvas = canvas;
    this.framed = new Framed(canvas, 'cell');
    const title = filled(words.of, {map: map + 1, name: layer.name});
    this.large.replaceChildren(this.framed.root, element('figcaption', {}, title, this.slide.root));
    this.large.hidden = !this.isGrid;
    onPointing(canvas, (x, y) => {
      this.slide.stop();
      this.#move(Math.floor(y * height), Math.floor(x * width), false);
    });
    onArrows(canvas, (down, across) => this.#move(this.row + down, this.column + across, true));
    this.row = null;
    this.#openGiven();
  }

  /** What a sliding window gets: the map that counts most here. */
  #openGiven() {
    const {layer} = this, source = laidOut(this.scene, layer);
    this.windowed = WINDOWED.includes(layer.op);
    const isOther = this.windowed && !(source.source < 0 && source.shape.at(-1) === 1);
    this.given.hidden = !isOther;
    if (!isOther) return;
    const [height, width] = source.shape;
    this.window = new Framed(element('canvas', {width, height, role: 'img'}), 'field');
    this.givenTitle = element('figcaption', {});
    this.given.replaceChildren(this.window.root, this.givenTitle);
  }

  /** Show it with what is computed now. */
  show() {
    const {spec, image, scales, state} = this.scene, {layer, canvas} = this;
    paintImage(this.picture.canvas, image.levels, spec.shape, spec.is_ink ? scales.ink : null);
    const maps = layer.shape.at(-1);
    this.values = every(state.outputs[this.at], this.map, maps);
    if (this.isGrid) paintMap(canvas, this.values, scales, layer.signed);
    if (this.row === null) this.#atPeak();
    this.gate.show(this.scene.gateOf(this.at, this.map), this.scene.isGated(this.at));
    this.#weights();
    this.#tell(false);
    this.showExamples();
  }

  showExamples() {
    this.examples.show(this.at, this.map);
  }

  #atPeak() {
    const [, width] = this.size;
    const peak = this.values.reduce((best, value, at) => (
      Math.abs(value) > Math.abs(this.values[best]) ? at : best), 0);
    [this.row, this.column] = [Math.floor(peak / width), peak % width];
  }

  #move(row, column, aloud) {
    const [height, width] = this.size;
    const within = (value, most) => Math.min(Math.max(value, 0), most - 1);
    [row, column] = [within(row, height), within(column, width)];
    if (row === this.row && column === this.column) return;
    [this.row, this.column] = [row, column];
    this.#tell(aloud);
  }

  /** Play: the next position, row by row. */
  #slid() {
    const [height, width] = this.size, next = (this.row * width + this.column + 1) % (height * width);
    this.#move(Math.floor(next / width), next % width, false);
  }

  /** Write out the sum of the value that is pointed at, and frame what it is made of. */
  #tell(aloud) {
    const {scene, layer, row, column} = this, [, width] = this.size;
    const cell = row * width + column, at = cell * layer.shape.at(-1) + this.map;
    this.framed.cells(0, [row, row + 1], [column, column + 1], this.size);
    this.sum.setAttribute('aria-live', aloud ? 'polite' : 'off');
    const {table, sum} = sumTable(scene, this.at, at);
    this.sum.replaceChildren(table);
    this.#frames(at, sum);
  }

  #frames(at, sum) {
    const {scene, layer, row, column} = this, {words, spec, scales} = scene;
    const unit = this.isGrid ? null : this.map;
    const seen = (spans, place) => [spans[2 * place], spans[2 * place + 1] + 1];
    const rows = seen(layer.rows, unit ?? row), columns = seen(layer.columns, unit ?? column);
    this.picture.cells(0, rows, columns, spec.shape);
    const [height, width] = spec.shape;
    const all = rows[0] === 0 && columns[0] === 0 && rows[1] === height && columns[1] === width;
    const nothing = rows[1] <= rows[0] || columns[1] <= columns[0];
    this.picture.canvas.setAttribute('aria-label', nothing ? pictureSaid(scene) : filled(words.picture_framed, {
      top: rows[0] + 1, bottom: rows[1], left: columns[0] + 1, right: columns[1],
    }));
    this.sees.textContent = nothing ? words.sees_nothing : all ? words.sees_all : words.sees;
    if (this.given.hidden) return;
    const source = laidOut(scene, layer), maps = source.shape.at(-1), parts = new Float64Array(maps);
    for (const {from, part} of sum.terms) parts[from % maps] += Math.abs(part);
    const most = parts.indexOf(Math.max(...parts));
    const [given] = scene.inputs(layer), signed = source.source >= 0 && scene.layers[source.source].signed;
    paintMap(this.window.canvas, every(given.values, most, maps), scales, signed);
    const window = windowAt(layer, given, {row, column});
    this.window.cells(0, window.rows, window.columns, source.shape);
    const name = scene.names(source.source);
    this.window.canvas.setAttribute('aria-label', filled(words.of, {map: most + 1, name}));
    const channel = source.source < 0 ? words[['red', 'green', 'blue'][most]] : null;
    this.givenTitle.textContent = channel ? filled(words.gets_channel, {channel}) : filled(words.gets, {map: most + 1, name});
  }

  /** Its weights as pictures; those of a unit take the place of its map. */
  #weights() {
    const figures = weightFigures(this.scene, this.layer, this.map);
    const [place, other] = this.isGrid ? [this.weights, this.beside] : [this.beside, this.weights];
    [place.hidden, other.hidden] = [!figures.length, true];
    place.replaceChildren(...figures);
  }

  close() {
    this.slide.stop();
  }
}

/** The values of one map. */
function every(values, map, maps) {
  return Float32Array.from({length: values.length / maps}, (_, cell) => values[cell * maps + map]);
}

/** Paint one map on its own scale. */
function paintMap(canvas, values, scales, signed) {
  const context = canvas.getContext('2d'), image = context.createImageData(canvas.width, canvas.height);
  const pixels = new Uint32Array(image.data.buffer), scale = signed ? scales.diverging : scales.ink;
  const peak = largest(values, 0, 1, signed), [middle, reach] = signed ? [127.5, 127.5] : [0, 255];
  const factor = peak > 0 ? reach / peak : 0;
  values.forEach((value, at) => { pixels[at] = scale[Math.max(0, Math.round(middle + value * factor))]; });
  context.putImageData(image, 0, 0);
}
