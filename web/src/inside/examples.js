/** What excites a map: the test images that drive it hardest, each with the patch it sees there. */

import {paintImage} from '../colors.js';
import {element} from '../elements.js';
import {filled} from '../words.js';
import {Framed} from './controls.js';
import {decimal} from './format.js';

export class Examples {
  constructor(scene) {
    this.scene = scene;
    this.root = element('div', {class: 'examples', 'aria-live': 'off'});
  }

  /** Show those of a map, once they are there. */
  show(place, map) {
    const {scene} = this, {words, spec, examples} = scene;
    this.root.hidden = !(place in spec.excites);
    if (this.root.hidden) return;
    const known = examples && examples.of[0] === place && examples.of[1] === map;
    const shown = known ? examples.images.map((image) => this.#figure(image)) : [];
    const said = known && !shown.length ? words.excites_none : words.excites;
    this.root.replaceChildren(element('p', {}, said), element('div', {class: 'nine'}, ...shown));
  }

  #figure({levels, index, rows, columns, activation}) {
    const {words, spec, scales} = this.scene, about = filled(words.excites_image, {index, value: decimal(activation)});
    const canvas = element('canvas', {role: 'img', 'aria-label': about, title: about});
    paintImage(canvas, Uint8Array.from(atob(levels), (sign) => sign.charCodeAt(0)), spec.shape,
      spec.is_ink ? scales.ink : null);
    const framed = new Framed(canvas, 'field');
    framed.cells(0, [rows[0], rows[1] + 1], [columns[0], columns[1] + 1], spec.shape);
    return element('figure', {}, framed.root, element('figcaption', {}, decimal(activation)));
  }
}
