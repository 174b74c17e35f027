/** A layer up close: all its maps or units, to choose one from. */

import {element} from '../elements.js';
import {acrossOf, largest, Mosaic} from '../layers.js';
import {count, filled} from '../words.js';
import {Choice, Framed, onArrows, onPointing} from './controls.js';
import {decimal, share} from './format.js';
import {laidOut} from './laid_out.js';
import {grid} from './sums.js';
import {byStrength, ranges, unitPictures} from './weights.js';

const TALL = 0.9; // how much higher than wide the mosaic is, if it can be
const LARGEST = 40; // CSS pixels of a unit
const MARKS = ['dead', 'saturated']; // on all test images

export class LayerView {
  /**
   * @param {object} scene see `view.js`.
   * @param {(map: number) => void} choose called with the map that is chosen.
   */
  constructor(scene, choose) {
    const {words} = this.scene = scene;
    this.choose = choose;
    this.title = element('h3', {});
    this.facts = element('p', {class: 'facts'});
    this.silent = element('p', {class: 'silent'});
    this.said = element('p', {class: 'said'});
    this.legend = element('p', {class: 'legend'});
    this.scale = new Choice(words.scale, [['one', words.one_scale], ['own', words.own_scale]], () => this.show());
    this.order = new Choice(words.order, [['strongest', words.strongest], ['plain', words.in_order]], () => this.show());
    const kinds = [['outputs', words.outputs], ['weights', words.looks_for], ['found', words.found_here]];
    this.kind = new Choice(words.shows, kinds, () => {
      this.#lay();
      this.show();
    });
    this.place = element('div', {class: 'all-maps'});
    this.root = element('section', {class: 'layer-view'}, this.title, this.facts,
      element('div', {class: 'controls'}, this.kind.root, this.scale.root, this.order.root), this.place, this.legend, this.said, this.silent);
  }

  /** Show another layer. */
  open(place) {
    const {words, layers} = this.scene, layer = this.layer = layers[place];
    this.at = place;
    const [height, width] = grid(layer.shape);
    this.isGrid = height * width > 1;
    this.title.textContent = layer.name;
    this.facts.textContent = filled(words.facts, {
      gives: layer.gives, parameters: count(layer.parameters), share: share(words, layer.share), does: layer.does,
    });
    const marks = this.scene.spec.excites[place] ?? {};
    this.marked = MARKS.flatMap((mark) => (marks[mark] ?? []).map((map) => ({mark, map})));
    this.source = laidOut(this.scene, layer).shape;
    // Units that look at a picture can be shown as what they look for.
    this.kind.root.hidden = !(layer.op === 'dense' && !this.isGrid && this.source.length === 3 && this.source[2] <= 3);
    if (this.kind.root.hidden) this.kind.set('outputs');
    this.#lay();
  }

  get isPictures() {
    return this.kind.value !== 'outputs';
  }

  /** Lay out the maps, the units, or their pictures. */
  #lay() {
    const {words} = this.scene, maps = this.layer.shape.at(-1);
    const shape = this.isPictures ? [...this.source.slice(0, 2), maps] : this.layer.shape;
    const [height, width] = grid(shape), cells = height * width > 1 ? {} : {zoom: 8, gap: 1};
    this.mosaic = new Mosaic({shape, columns: acrossOf(height, width, maps, TALL), alt: '', ...cells});
    const {canvas} = this.mosaic;
    const label = this.isGrid ? words.choose_map : words.choose_unit;
    for (const [name, value] of Object.entries({
      tabindex: '0', role: 'slider', 'aria-label': label, 'aria-valuemin': 1, 'aria-valuemax': maps,
    })) canvas.setAttribute(name, value);
    canvas.classList.toggle('smooth', canvas.width > 480);
    if (height * width === 1) canvas.style.maxWidth = `${LARGEST * this.mosaic.columns}px`;
    this.framed = new Framed(canvas, 'chosen', 'hovered', ...this.marked.map(({mark}) => mark));
    this.framed.root.style.maxWidth = canvas.style.maxWidth;
    this.place.replaceChildren(this.framed.root);
    this.scale.root.hidden = height * width === 1; // a unit is a single value
    onPointing(canvas, (x, y, pressed) => this.#pointed(x, y, pressed));
    canvas.addEventListener('pointerleave', () => this.framed.frame(1, null));
    onArrows(canvas, (down, across) => this.#moved(down * this.mosaic.columns + across));
  }

  /** Show what the layer computes now. */
  show() {
    const {words, state, scales} = this.scene, {layer} = this, maps = layer.shape.at(-1);
    const values = state.outputs[this.at];
    this.#sort(values, maps);
    const signed = this.isPictures || layer.signed;
    const shown = this.isPictures ? unitPictures(layer, this.source, this.#given) : values;
    this.mosaic.show(shown, signed ? scales.diverging : scales.ink, {
      signed, each: this.scale.value === 'own', order: this.places,
    });
    this.ranges = ranges(values, maps);
    this.legend.textContent = this.#legend(shown, signed);
    this.marked.forEach(({map}, at) => this.framed.frame(2 + at, this.mosaic.boxOf(this.places.indexOf(map))));
    const silent = this.ranges.filter(([low, high]) => low === 0 && high === 0).length;
    const said = this.isGrid ? words.silent : words.silent_units;
    this.silent.textContent = [
      ...(silent ? [filled(said, {count: count(silent), total: count(maps)})] : []),
      ...MARKS.map((mark) => [mark, this.marked.filter((one) => one.mark === mark).length])
        .filter(([, marked]) => marked).map(([mark, marked]) => filled(words[mark], {count: count(marked)})),
    ].join(' ');
    this.mark(this.map ?? this.strongest);
  }

  /** The order stays while a map is switched off. */
  #sort(values, maps) {
    const sorted = [this.scene.image.id, this.at, this.order.value].join(' ');
    if (sorted === this.sorted) return;
    this.sorted = sorted;
    this.places = this.order.value === 'plain' ? Array.from({length: maps}, (_, map) => map) : byStrength(values, maps);
  }

  get strongest() {
    return byStrength(this.scene.state.outputs[this.at], this.layer.shape.at(-1))[0];
  }

  /** Mark the chosen map. */
  mark(map) {
    this.map = map;
    const place = this.places.indexOf(map), {canvas} = this.mosaic;
    this.framed.frame(0, this.mosaic.boxOf(place));
    this.framed.frame(1, null);
    canvas.setAttribute('aria-valuenow', map + 1);
    canvas.setAttribute('aria-valuetext', this.#about(map));
    this.said.textContent = this.#about(map);
  }

  /** What the weights are multiplied with, if anything. */
  get #given() {
    return this.kind.value === 'found' ? this.scene.inputs(this.layer)[0].values : null;
  }

  #legend(values, signed) {
    const {words} = this.scene, own = this.scale.value === 'own';
    const high = decimal(largest(values, 0, 1, signed)), low = decimal(-largest(values, 0, 1, signed));
    if (own) return signed ? words.legend_own_signed : words.legend_own;
    return filled(signed ? words.legend : words.legend_one, {low, high});
  }

  #about(map) {
    const {words} = this.scene, [low, high] = this.ranges[map];
    const named = this.scene.className(this.at, map);
    const name = named || filled(this.isGrid ? words.map_of : words.unit_of, {map: map + 1, total: this.ranges.length});
    const range = low === 0 && high === 0 ? words.is_silent
      : this.isGrid ? filled(words.ranges, {low: decimal(low), high: decimal(high)}) : decimal(high);
    const marks = this.marked.filter((one) => one.map === map).map(({mark}) => words[`is_${mark}`]);
    return `${name}: ${[range, ...marks].join(', ')}`;
  }

  #pointed(x, y, pressed) {
    const place = this.mosaic.at(x, y);
    this.framed.frame(1, place === null ? null : this.mosaic.boxOf(place));
    if (place === null) return;
    if (pressed) this.choose(this.places[place]);
    this.said.textContent = this.#about(this.places[place]);
  }

  #moved(by) {
    const place = Math.min(Math.max(this.places.indexOf(this.map) + by, 0), this.ranges.length - 1);
    this.choose(this.places[place]);
  }
}
