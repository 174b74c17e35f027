/** The live pad: draw, and see what one or two networks predict while the pen moves. */

import {fromStrokes, imageBox} from './drawing.js';
import {element} from './elements.js';
import {Look} from './look.js';
import {Panel} from './panel.js';
import {inkToImage} from './resize.js';
import {SIDE, Surface} from './surface.js';

const REST = 350; // milliseconds

export class Pad {
  /**
   * @param {HTMLElement} root where to build it.
   * @param {{script: string, compile: () => Promise<WebAssembly.Module>}} runtime
   * @param {Object<string, string>} words templates of sentences, from the spec.
   * @param {{read: () => number[][][], report: (strokes: number[][][]) => void}} drawing what was
   *     drawn before the pad was there; and called when the pen has rested.
   */
  constructor(root, runtime, words, drawing) {
    this.words = words;
    this.report = drawing.report;
    this.panel = new Panel(runtime, words, (shape) => this.#image(shape));
    this.panel.isInk = true;
    this.look = new Look(words, () => this.#ask(performance.now()));
    this.panel.looked = (pixels, shares) => this.look.see(pixels, shares, this.#box());
    this.panel.settled = () => { if (!this.surface.drawing) this.panel.speak(); };
    this.#build(root);
    this.surface.strokes = drawing.read();
    if (!this.surface.empty) this.#reportSoon();
    this.#tools();
  }

  /**
   * Show runs; what is drawn stays.
   *
   * @param {object} spec as `pipeline/export/pad_spec.py` writes it.
   * @param {Uint8Array} blob what it points into.
   */
  update(spec, blob) {
    this.frame = this.surface.limits = spec.frame;
    this.surface.paint(); // the colors may have changed
    if (spec.runs.map(({id}) => id).join() !== this.shown) this.look.update(spec, blob);
    this.shown = spec.runs.map(({id}) => id).join();
    return this.panel.update(spec, blob);
  }

  /** Show the layers elsewhere on the page. */
  showLayersIn(root) {
    this.panel.showLayersIn(root);
  }

  /** Release everything. */
  close() {
    clearTimeout(this.rest);
    this.surface.close();
    this.look.close();
    this.panel.close();
  }

  #build(root) {
    const {words, panel} = this;
    const canvas = element('canvas', {
      class: 'surface', tabindex: '0', role: 'application', 'aria-describedby': 'inkling-how',
      'aria-label': words.label,
    });
    const button = (label, act) => {
      const made = element('button', {type: 'button'}, label);
      made.onclick = act;
      return made;
    };
    this.undo = button(words.undo, () => this.surface.undo());
    this.clear = button(words.clear, () => this.surface.clear());
    this.hint = element('span', {class: 'hint', 'aria-hidden': 'true'}, words.here);
    panel.build(root,
      element('div', {class: 'frame'}, canvas, element('div', {class: 'over'}, this.look.over), this.hint),
      element('div', {class: 'tools'}, this.undo, this.clear),
      this.look.root,
      panel.status,
      element('figure', {class: 'sight'}, panel.seen, element('figcaption', {},
        element('b', {}, words.seen), element('p', {id: 'inkling-how'}, words.how))));
    this.surface = new Surface(canvas, {
      moved: (time) => this.#ask(time),
      ended: () => this.#ended(),
      full: () => panel.say(words.full),
    });
  }

  #tools() {
    this.undo.disabled = !this.surface.undoable;
    this.clear.disabled = this.surface.empty;
    this.hint.hidden = !this.surface.empty;
  }

  #ask(time) {
    this.#tools();
    if (this.surface.empty) this.look.clear();
    this.panel.ask(time);
  }

  #ended() {
    if (this.panel.ready) this.panel.say(this.surface.full ? this.words.full : '');
    this.#ask(performance.now());
    this.#reportSoon();
  }

  /** A drawing may have several strokes: it is reported when the pen has rested. */
  #reportSoon() {
    clearTimeout(this.rest);
    this.rest = setTimeout(() => {
      if (!this.surface.drawing) this.report(this.surface.strokes);
    }, REST);
  }

  /** Where the network's image is on the square, in shares of its side. */
  #box() {
    const box = imageBox(this.surface.strokes, this.frame);
    return box && {left: box.left / SIDE, top: box.top / SIDE, side: box.side / SIDE};
  }

  #image(shape) {
    const ink = fromStrokes(this.surface.strokes, this.frame);
    return ink && inkToImage(ink, this.frame.size, shape);
  }
}
