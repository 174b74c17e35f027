/** A pad beside the view: what is drawn on it is the picture, while the pen moves. */

import {paintImage, scalesOf} from '../colors.js';
import {Easel} from '../easel.js';
import {filled} from '../words.js';

export class Sketch {
  /**
   * @param {HTMLElement} root where to build it.
   * @param {object} given as `dashboard/components/inside.py` writes it.
   * @param {object} drawing see `Easel`.
   * @param {(picture: {id: string, levels: Uint8Array}) => void} show called with every picture.
   */
  constructor(root, given, drawing, show) {
    const spec = {...given, is_ink: true};
    const scene = {
      spec, frame: given.words, say: filled,
      bytes: (levels) => Uint8Array.from(atob(levels), (sign) => sign.charCodeAt(0)),
      paint: (canvas, levels) => paintImage(canvas, levels, spec.shape, scalesOf(root).ink),
    };
    let turn = 0;
    const changed = () => show({id: `drawing ${turn++}`, levels: this.easel.levels});
    this.easel = new Easel(scene, drawing, changed);
    this.easel.root.classList.add('sketch');
    root.replaceChildren(this.easel.root);
    changed();
    this.paint();
  }

  /** Paint in the colors of the page, once it has any. */
  paint() {
    requestAnimationFrame(() => this.easel.paint());
  }

  close() {
    this.easel.close();
    this.easel.root.remove();
  }
}
