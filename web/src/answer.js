/** What one network computes from a drawing: a sentence, a bar per class, a picture per layer. */

import {element} from './elements.js';
import {guess, percent, ranked} from './words.js';

const MOST_BARS = 20; // with more classes only the most probable are shown
const GAP = 2; // pixels of paper between two maps
const CELL = 16; // CSS pixels of a unit in a short layer

export class Answer {
  /**
   * @param {object} run as `pipeline/export/pad_spec.py` describes it.
   * @param {object} words the templates of sentences; see `words.js`.
   */
  constructor(run, words) {
    this.run = run;
    this.words = words;
    const bars = Math.min(run.classes.length, MOST_BARS);
    this.bars = Array.from({length: bars}, () => new Bar());
    this.maps = run.layers.map((layer) => new LayerMaps(layer));
    this.told = element('p', {class: 'told'});
    this.section = element('section', {class: 'answer', 'aria-label': run.label},
      element('h4', {class: 'run'}, run.label), this.told,
      element('ol', {class: 'bars', 'aria-label': 'Probability of each class'},
        ...this.bars.map((bar) => bar.row)));
    this.layers = element('div', {class: 'layers'}, ...this.maps.map((maps) => maps.figure));
    this.blank('');
  }

  /** Show a sentence instead of a prediction. */
  blank(sentence) {
    this.told.replaceChildren(sentence);
    this.section.removeAttribute('data-ood');
    this.bars.forEach((bar, label) => bar.show(this.run.classes[label], 0, false, ''));
    this.maps.forEach((maps) => maps.clear());
  }

  /**
   * @param {Float32Array[]} activations one array per layer; the last one holds probabilities.
   * @param {boolean} isOod whether the drawing is out of distribution.
   * @param {Uint32Array} scale from paper to ink.
   */
  show(activations, isOod, scale) {
    const shares = activations.at(-1), {classes} = this.run;
    const {lead, first, rest} = guess(this.words, classes, shares, isOod);
    this.told.replaceChildren(lead, element('strong', {}, first), rest);
    this.section.toggleAttribute('data-ood', isOod);
    const order = ranked(shares);
    const shown = classes.length > MOST_BARS ? order : classes.map((_, label) => label);
    this.bars.forEach((bar, at) => {
      const label = shown[at];
      bar.show(classes[label], shares[label], label === order[0], percent(shares[label]));
    });
    this.maps.forEach((maps, layer) => maps.show(activations[layer], scale));
  }
}

class Bar {
  constructor() {
    this.name = element('span', {class: 'name'});
    this.fill = element('span', {class: 'fill'});
    this.share = element('span', {class: 'share'});
    this.row = element('li', {}, this.name, element('span', {class: 'track'}, this.fill), this.share);
  }

  show(name, share, first, text) {
    if (this.name.textContent !== name) this.name.textContent = name;
    if (this.share.textContent !== text) this.share.textContent = text;
    this.fill.style.transform = `scaleX(${share})`;
    this.row.classList.toggle('first', first);
  }
}

/** The maps of one layer side by side, as `dashboard/images.py` lays them out. */
class LayerMaps {
  constructor(layer) {
    const [height, width, count] = layer.shape.length === 3 ? layer.shape : [1, 1, layer.shape[0]];
    this.size = {height, width, count, gap: height > 1 ? GAP : 0};
    this.columns = layer.columns;
    const across = this.columns * (width + this.size.gap) - this.size.gap;
    const down = Math.ceil(count / this.columns) * (height + this.size.gap) - this.size.gap;
    this.canvas = element('canvas', {
      width: across, height: down, role: 'img', 'aria-label': `Output of layer ${layer.name}: ${layer.gives}`,
    });
    this.canvas.style.aspectRatio = `${across} / ${down}`;
    if (height === 1 && count === this.columns) this.canvas.style.maxWidth = `${CELL * count}px`;
    this.context = this.canvas.getContext('2d');
    this.image = this.context.createImageData(across, down);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.figure = element('figure', {},
      element('figcaption', {}, element('b', {}, layer.name), ` · ${layer.gives} · ${layer.does}`),
      this.canvas);
  }

  clear() {
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }

  show(values, scale) {
    const {height, width, count, gap} = this.size;
    let peak = 0;
    for (const value of values) if (value > peak) peak = value;
    const factor = peak > 0 ? 255 / peak : 0;
    const across = this.canvas.width;
    for (let map = 0; map < count; map++) {
      const top = Math.floor(map / this.columns) * (height + gap);
      const left = (map % this.columns) * (width + gap);
      for (let y = 0; y < height; y++) {
        let to = (top + y) * across + left, from = y * width * count + map;
        for (let x = 0; x < width; x++, from += count) {
          const level = values[from] * factor;
          this.pixels[to++] = scale[level > 0 ? Math.round(level) : 0];
        }
      }
    }
    this.context.putImageData(this.image, 0, 0);
  }
}
