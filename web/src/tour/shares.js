/** What a network answers: its class, large, and a bar for each class. */

import {element} from '../elements.js';
import {percent, ranked, shortened} from '../words.js';

const MOST = 10; // bars; of more classes the most probable are shown

export class Shares {
  /**
   * @param {object} scene see `scene.js`.
   * @param {string} title whose answer it is; '' for none.
   * @param {number} most bars.
   */
  constructor({spec}, title, most = MOST) {
    this.classes = spec.classes;
    this.best = element('strong', {class: 'best'});
    this.share = element('span', {class: 'sure'});
    this.note = element('p', {class: 'note'});
    this.rows = Array.from({length: Math.min(most, spec.classes.length)}, () => {
      const [name, fill, value] = ['name', 'fill', 'value'].map((kind) => element('span', {class: kind}));
      return {name, fill, value, root: element('li', {class: 'bar'}, name, element('span', {class: 'track'}, fill), value)};
    });
    this.root = element('section', {class: 'shares', ...(title && {'aria-label': title})},
      ...(title ? [element('h3', {}, title)] : []), element('p', {class: 'told'}, this.best, this.share), this.note,
      element('ol', {class: 'bars'}, ...this.rows.map(({root}) => root)));
  }

  /**
   * @param {ArrayLike<number>} shares the probability of each class.
   * @param {string} note what to say of it.
   */
  show(shares, note = '') {
    const {classes, rows} = this, order = ranked(shares), [first] = order;
    // A few bars are the most probable ones; all of them keep their places.
    const shown = rows.length < classes.length ? order : classes.map((_, label) => label);
    this.best.textContent = shortened(classes[first]);
    this.best.title = classes[first];
    this.best.classList.toggle('long', [...classes[first]].length > 3);
    this.share.textContent = percent(shares[first]);
    this.note.textContent = note;
    rows.forEach(({name, fill, value, root}, at) => {
      const label = shown[at];
      name.textContent = shortened(classes[label]);
      name.title = classes[label];
      value.textContent = percent(shares[label]);
      fill.style.transform = `scaleX(${shares[label]})`;
      root.classList.toggle('first', label === first);
    });
  }
}
