/** What is looked at: the visitor's drawing, or a test image where nothing is drawn. */

import {fromStrokes} from './drawing.js';
import {element} from './elements.js';
import style from './easel.css';
import {inkToImage} from './resize.js';
import {Surface} from './surface.js';

export class Easel {
  /**
   * @param {object} scene `spec` (`images`, `shape`, `is_ink`, `frame`), the words of its `frame`, and how
   *     to read `bytes`, to `say` and to `paint`; see `tour/scene.js`.
   * @param {{read: () => number[][][], keep: (strokes: number[][][]) => void}} drawing what was drawn
   *     on any page; and called when the pen is lifted.
   * @param {(time: number) => void} changed called with the event's time whenever the picture is
   *     another one.
   * @param {number} number of the test image to begin with.
   */
  constructor(scene, drawing, changed, number = 0) {
    const {spec, frame: words} = scene;
    Object.assign(this, {scene, drawing, changed, number: number < spec.images.length ? number : 0});
    this.said = element('p', {class: 'source', 'aria-live': 'polite'});
    this.still = element('canvas', {class: 'still', role: 'img'});
    this.board = element('div', {class: 'board'}, this.still);
    this.clear = button(words.clear, () => this.surface.clear());
    this.other = button(words.other_image, () => this.#turn());
    this.root = element('div', {class: 'easel'}, element('style', {}, style), this.board, element('div', {class: 'tools'}, this.clear, this.other), this.said);
    this.clear.hidden = !spec.is_ink;
    if (spec.is_ink) this.#lay();
    this.levels = null;
    this.#look();
  }

  #lay() {
    const {spec, frame: words} = this.scene;
    const how = element('span', {class: 'spoken', id: 'easel-how'}, words.draw_how);
    const canvas = element('canvas', {
      class: 'surface', tabindex: '0', role: 'application', 'aria-label': words.pad, 'aria-describedby': 'easel-how',
    });
    this.board.prepend(canvas);
    this.board.append(how);
    this.surface = new Surface(canvas, {
      moved: (time) => this.#look(time),
      ended: () => {
        this.drawing.keep(this.surface.strokes);
        this.#look(performance.now());
      },
      full: () => { this.said.textContent = words.full; },
    });
    this.surface.limits = spec.frame;
    this.surface.strokes = this.drawing.read();
  }

  get isDrawn() {
    return Boolean(this.surface && !this.surface.empty);
  }

  /**
   * Show another picture than the visitor's, such as a scribble.
   *
   * @param {{strokes: ?number[][][], levels: ?Uint8Array}} picture strokes on a pad; where there is
   *     none, levels, until another picture is chosen.
   */
  put({strokes, levels}) {
    if (strokes && this.surface) {
      this.surface.strokes = strokes;
      this.surface.paint();
      this.drawing.keep(strokes);
    }
    this.made = levels ?? null;
    this.#look(performance.now());
    this.paint();
  }

  /** Show the next test image. */
  #turn() {
    this.made = null;
    this.number = (this.number + 1) % Math.max(1, this.scene.spec.images.length);
    this.#look(performance.now());
  }

  /** Take the picture as it is now. */
  #look(time = null) {
    const {scene, isDrawn} = this, {spec, frame: words} = scene;
    const ink = isDrawn && fromStrokes(this.surface.strokes, spec.frame);
    const image = spec.images[this.number];
    if (ink) this.levels = inkToImage(ink, spec.frame.size, spec.shape);
    else this.levels = this.made ?? (image ? scene.bytes(image.levels) : null);
    this.still.hidden = isDrawn || !(this.made || image);
    this.other.hidden = isDrawn || spec.images.length < 2;
    this.clear.disabled = !isDrawn;
    this.root.dataset.drawn = isDrawn;
    const said = isDrawn ? words.drawn : this.made ? words.made : image ? scene.say(words.test_image, image) : words.nothing;
    if (this.said.textContent !== said) this.said.textContent = said;
    if (time !== null) this.changed(time);
  }

  /** Paint in the colors of the page. */
  paint() {
    this.surface?.paint();
    const image = this.scene.spec.images[this.number];
    if (!this.made && !image) return;
    const {frame: words} = this.scene;
    this.still.setAttribute('aria-label', this.made ? words.made : this.scene.say(words.test_image, image));
    this.scene.paint(this.still, this.made ?? this.scene.bytes(image.levels));
  }

  close() {
    this.surface?.close();
  }
}

function button(label, act) {
  const made = element('button', {type: 'button'}, label);
  made.onclick = act;
  return made;
}
