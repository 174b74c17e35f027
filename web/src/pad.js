/** The live pad: draw, and see what one or two networks predict while the pen moves. */

import {coveredBy, fromStrokes, placeOf} from './drawing.js';
import {element} from './elements.js';
import {Overlay} from './overlay.js';
import {Panel} from './panel.js';
import {inkToImage} from './resize.js';
import {Surface} from './surface.js';

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
    this.overlay = new Overlay(words);
    this.panel.explain = (answered) => this.overlay.show(answered, this.covered);
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
    this.overlay.update(spec.overlay, spec, blob);
    this.surface.paint(); // the colors may have changed
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
    this.overlay.close();
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
      element('div', {class: 'frame'}, canvas, this.overlay.canvas, this.hint),
      element('div', {class: 'tools'}, this.undo, this.clear),
      this.overlay.legend,
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

  #image(shape) {
    const {strokes} = this.surface, place = placeOf(strokes, this.frame);
    this.covered = place && coveredBy(place, this.frame.size);
    const ink = fromStrokes(strokes, this.frame, place);
    return ink && inkToImage(ink, this.frame.size, shape);
  }
}
