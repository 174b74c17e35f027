/** What one network predicts: the class, large; its probability; a bar per class. */

import {element} from './elements.js';
import {LayerMaps} from './layers.js';
import {guess, percent, ranked, shortened} from './words.js';

const MOST_BARS = 20; // with more classes only the most probable are shown
const LINES = 3; // that a long name may take
const BESIDE = 12; // letters of a name that fit in a line, and beside its bar

export class Answer {
  /**
   * @param {object} run as `pipeline/export/pad_spec.py` describes it.
   * @param {Object<string, string>} words templates of sentences; see `words.js`.
   */
  constructor(run, words) {
    this.run = run;
    this.words = words;
    const isLong = run.classes.some((name) => name.length > BESIDE);
    const bars = Math.min(run.classes.length, MOST_BARS);
    this.bars = Array.from({length: bars}, () => new Bar());
    this.maps = run.layers.map((layer) => new LayerMaps(layer));
    this.best = element('strong', {class: 'best'});
    this.share = element('span', {class: 'share'});
    this.rest = element('span', {class: 'rest'});
    this.remark = element('small', {class: 'remark'});
    this.told = element('div', {class: 'told'}, this.best,
      element('p', {class: 'beside'}, this.share, this.rest, this.remark));
    this.section = element('section', {class: 'answer', 'aria-label': run.label},
      element('p', {class: 'run'}, run.label), this.told,
      element('ol', {class: isLong ? 'bars long' : 'bars', 'aria-label': words.bars}, ...this.bars.map((bar) => bar.row)));
    this.layers = element('div', {class: 'layers'}, ...this.maps.map((maps) => maps.figure));
    this.blank('');
  }

  /** Show a sentence instead of a prediction. */
  blank(sentence) {
    this.#say({best: '', share: '', rest: sentence, remark: '', sentence});
    this.section.removeAttribute('data-ood');
    this.bars.forEach((bar, label) => bar.show(this.run.classes[label], 0, false, ''));
    this.maps.forEach((maps) => maps.clear());
    this.activations = null;
  }

  /**
   * @param {ArrayLike<number>} shares the probability of each class.
   * @param {boolean} isOod whether the image is out of distribution.
   */
  tell(shares, isOod) {
    const {classes} = this.run;
    this.#say(guess(this.words, classes, shares, isOod));
    this.section.toggleAttribute('data-ood', isOod);
    const order = ranked(shares);
    const shown = classes.length > MOST_BARS ? order : classes.map((_, label) => label);
    this.bars.forEach((bar, at) => {
      const label = shown[at];
      bar.show(classes[label], shares[label], label === order[0], percent(shares[label]));
    });
  }

  /**
   * @param {Float32Array[]} activations one array per layer.
   * @param {Uint32Array} scale from paper to ink.
   */
  showLayers(activations, scale) {
    this.activations = activations;
    this.maps.forEach((maps, layer) => maps.show(activations[layer], scale));
  }

  /** Put what the layers show in words. */
  tellLayers() {
    this.maps.forEach((maps, layer) => this.activations && maps.tell(this.activations[layer], this.words));
  }

  #say({best, share, rest, remark, sentence}) {
    if (this.sentence === sentence) return;
    this.sentence = sentence;
    if (this.best.textContent !== best) {
      this.best.textContent = best;
      this.told.style.setProperty('--letters', across(best));
      this.told.classList.toggle('long', best.length > BESIDE);
    }
    this.share.textContent = share;
    this.rest.textContent = rest;
    this.remark.textContent = remark;
  }
}

/** How many letters of a name must fit beside each other: its longest word, or a third of it all. */
function across(name) {
  const words = name.split(/\s+/).map((word) => [...word].length);
  return Math.max(1, ...words, Math.ceil([...name].length / LINES));
}

class Bar {
  constructor() {
    this.name = element('span', {class: 'name'});
    this.fill = element('span', {class: 'fill'});
    this.share = element('span', {class: 'share'});
    this.row = element('li', {}, this.name, element('span', {class: 'track'}, this.fill), this.share);
  }

  show(name, share, first, text) {
    if (this.name.title !== name) {
      this.name.title = name;
      this.name.textContent = shortened(name);
    }
    if (this.share.textContent !== text) this.share.textContent = text;
    this.fill.style.transform = `scaleX(${share})`;
    this.row.classList.toggle('first', first);
  }
}
