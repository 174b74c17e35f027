/** A few numbers in a grid, each in the color of its value. */

import {element} from '../elements.js';

const MOST = 7; // numbers side by side; a larger grid shows colors alone

export class NumberGrid {
  /**
   * @param {object} scene see `scene.js`; its words have the name as a title.
   * @param {string} name
   */
  constructor(scene, name) {
    this.scene = scene;
    this.cells = [];
    this.table = element('div', {class: 'cells', 'aria-hidden': 'true'}); // the sum is said in words
    this.caption = element('figcaption', {}, scene.words[name]);
    this.name = scene.words[name];
    this.root = element('figure', {class: name}, this.caption, this.table);
  }

  /** Say behind its name what the numbers are of. */
  title(of) {
    this.caption.textContent = of ? `${this.name}: ${of}` : this.name;
  }

  /**
   * @param {?number[]} values row by row; null where there is nothing.
   * @param {number} across how many are side by side.
   * @param {{isSigned: boolean, best: number}} how whether zero is in the middle; which one is marked.
   */
  show(values, across, {isSigned = false, best = -1} = {}) {
    const {scene} = this, scale = isSigned ? scene.scales.diverging : scene.scales.ink;
    const peak = Math.max(1e-9, ...values.map((value) => Math.abs(value ?? 0)));
    if (this.cells.length !== values.length) {
      this.cells = values.map(() => element('span', {}));
      this.table.replaceChildren(...this.cells);
    }
    this.table.style.setProperty('--across', across);
    // Close to zero is zero, and no number has more digits than can be read.
    const written = (value) => (Math.abs(value) < 0.005 ? '0' : scene.number(value, 2));
    values.forEach((value, at) => {
      const cell = this.cells[at], share = (value ?? 0) / peak;
      const color = scale[Math.round(isSigned ? 127.5 * (1 + share) : 255 * Math.max(0, share))];
      cell.textContent = value === null ? '' : across > MOST ? '\u00a0' : written(value);
      cell.style.background = css(color);
      cell.style.color = isLight(color) ? '#000' : '#fff';
      cell.classList.toggle('beyond', value === null);
      cell.classList.toggle('best', at === best);
    });
  }
}

function css(pixel) {
  return `rgb(${pixel & 255} ${(pixel >> 8) & 255} ${(pixel >> 16) & 255})`;
}

/** Whether black is easier to read on a color than white: by its relative luminance (WCAG 2). */
function isLight(pixel) {
  const [red, green, blue] = [0, 8, 16].map((shift) => {
    const share = ((pixel >> shift) & 255) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179;
}
