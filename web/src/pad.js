/** The live pad: draw, and see what one or two networks predict while the pen moves. */

import {Answer} from './answer.js';
import {scaleOf} from './colors.js';
import {fromStrokes} from './drawing.js';
import {element} from './elements.js';
import {loadRuntime, Network} from './network.js';
import * as ood from './out_of_distribution.js';
import style from './pad.css';
import {Surface} from './surface.js';

const BLANK = 'Draw in the square; the prediction follows the pen.';
const REST = 350; // milliseconds
const FULL = 'The pad is full; undo or clear to continue.';

export class Pad {
  /**
   * @param {HTMLElement} root where to build it.
   * @param {{script: string, compile: () => Promise<WebAssembly.Module>}} runtime
   * @param {(strokes: number[][][]) => void} report called when the pen has rested.
   */
  constructor(root, runtime, report) {
    this.root = root;
    this.runtime = runtime;
    this.report = report;
    this.runs = []; // {run, answer, network, usual}: `usual` scores what is out of distribution
    this.wanted = null; // the time of the event that asked for the next prediction
    this.busy = false;
    this.#build();
  }

  /**
   * Show runs; what is drawn stays.
   *
   * @param {object} spec as `pipeline/export/pad_spec.py` writes it: `frame` for
   *     drawing, `words` for predictions, `unable` for a browser that cannot run them, `runs`.
   * @param {Uint8Array} blob what it points into.
   */
  async update(spec, blob) {
    this.spec = spec;
    this.surface.limits = spec.frame;
    const shown = JSON.stringify(spec);
    if (shown === this.shown) {
      this.surface.paint(); // the colors may have changed
      this.#ask(performance.now());
      return;
    }
    this.shown = shown;
    const former = this.runs;
    this.runs = [];
    const arrayOf = ([start, length]) => new Float32Array(
      blob.slice(start, start + length).buffer);
    const runs = spec.runs.map((run) => (
      {run, answer: new Answer(run, spec.words), network: null, usual: ood.open(run.ood, arrayOf)}));
    this.pad.dataset.runs = this.inside.dataset.runs = runs.length;
    this.answers.replaceChildren(...runs.map(({answer}) => answer.section));
    this.layers.replaceChildren(...runs.map(({answer}) => answer.layers));
    this.#state('loading', 'Loading the network…');
    const fault = await this.#open(runs, blob);
    former.forEach(({network}) => network.close());
    const late = shown !== this.shown; // other runs were chosen meanwhile
    if (fault || late) runs.forEach(({network}) => network?.close());
    if (late) return;
    if (fault) {
      this.#state('unable', `This browser cannot run the network (${fault}). ${spec.unable}`);
      return;
    }
    this.runs = runs;
    this.#state('ready', '');
    this.#ask(performance.now());
  }

  /** Load what runs need to predict; returns why that failed, or ''. */
  async #open(runs, blob) {
    try {
      await loadRuntime(this.runtime.script, this.runtime.compile);
      for (const one of runs) {
        const [start, length] = one.run.graph;
        const graph = blob.subarray(start, start + length);
        one.network = await Network.open(graph, one.run.layers.length);
        // The first prediction is slow: it is made before anyone draws.
        await one.network.activations(one.network.pixels(new Uint8Array(this.spec.frame.size ** 2)));
      }
      return '';
    } catch (error) {
      return error?.message || 'for an unknown reason';
    }
  }

  /** Show the layers elsewhere on the page. */
  showLayersIn(root) {
    root.replaceChildren(this.inside);
  }

  /** Release everything. */
  close() {
    this.shown = null;
    clearTimeout(this.rest);
    this.surface.close();
    this.runs.forEach(({network}) => network.close());
    this.runs = [];
    this.pad.remove();
    this.inside.remove();
  }

  #build() {
    const canvas = element('canvas', {
      class: 'surface', tabindex: '0', role: 'application', 'aria-describedby': 'inkling-how',
      'aria-label': 'Drawing pad',
    });
    const button = (label, act) => {
      const made = element('button', {type: 'button'}, label);
      made.onclick = act;
      return made;
    };
    this.undo = button('Undo', () => this.surface.undo());
    this.clear = button('Clear', () => this.surface.clear());
    this.status = element('p', {class: 'status', role: 'status'});
    this.hint = element('span', {class: 'hint', 'aria-hidden': 'true'}, 'Draw here');
    this.seen = element('canvas', {class: 'seen', role: 'img', 'aria-label': 'Your drawing as the network sees it'});
    this.answers = element('div', {class: 'answers'});
    this.layers = element('div', {class: 'all-layers'});
    this.spoken = element('p', {class: 'spoken', 'aria-live': 'polite'});
    const how = 'Draw with a mouse, pen or finger. With the keyboard: arrow keys move the pen, '
      + 'Space lowers or lifts it, Escape clears.';
    this.pad = element('div', {class: 'pad'}, element('style', {}, style),
      element('div', {class: 'top'},
        element('div', {class: 'drawing'},
          element('div', {class: 'frame'}, canvas, this.hint),
          element('div', {class: 'tools'}, this.undo, this.clear),
          this.status,
          element('figure', {class: 'sight'}, this.seen, element('figcaption', {},
            element('b', {}, 'What the network sees'), element('p', {id: 'inkling-how'}, how)))),
        this.answers),
      this.spoken);
    this.inside = element('div', {class: 'pad inside'}, element('style', {}, style),
      element('h4', {}, 'Layer by layer'), this.layers);
    this.root.replaceChildren(this.pad, this.inside);
    this.surface = new Surface(canvas, {
      moved: (time) => this.#ask(time),
      ended: () => this.#ended(),
      full: () => this.#say(FULL),
    });
    this.#tools();
  }

  #state(state, sentence) {
    this.pad.dataset.state = this.inside.dataset.state = state;
    this.#say(sentence);
  }

  #say(sentence) {
    if (this.status.textContent !== sentence) this.status.textContent = sentence;
  }

  #tools() {
    this.undo.disabled = !this.surface.undoable;
    this.clear.disabled = this.surface.empty;
    this.hint.hidden = !this.surface.empty;
  }

  #ended() {
    if (this.pad.dataset.state === 'ready') this.#say(this.surface.full ? FULL : '');
    this.#ask(performance.now());
    // A drawing may have several strokes: it is reported when the pen has rested.
    clearTimeout(this.rest);
    this.rest = setTimeout(() => {
      if (!this.surface.drawing) this.report(this.surface.strokes);
    }, REST);
  }

  /** Predict the current drawing; while one prediction runs, only the latest request is kept. */
  async #ask(time) {
    this.#tools();
    this.wanted = time;
    const {runs} = this;
    if (this.busy || runs.length === 0) return;
    this.busy = true;
    this.pad.dataset.settled = 'false';
    try {
      while (this.wanted !== null) {
        const asked = this.wanted;
        this.wanted = null;
        await this.#predict();
        this.pad.dispatchEvent(new CustomEvent('painted', {detail: asked, bubbles: true, composed: true}));
      }
    } finally {
      this.busy = false;
    }
    this.pad.dataset.settled = 'true';
    // Announced once per stroke: while the pen moves, it would never stop.
    if (this.surface.drawing) return;
    this.spoken.textContent = runs.map(({answer}) => answer.told.textContent).join(' ');
  }

  async #predict() {
    const {runs} = this;
    const ink = fromStrokes(this.surface.strokes, this.spec.frame);
    const scale = this.#scale();
    this.#sight(ink, scale);
    if (ink === null) {
      runs.forEach(({answer}) => answer.blank(BLANK));
      return;
    }
    for (const {answer, network, usual} of runs) {
      const pixels = network.pixels(ink);
      const activations = await network.activations(pixels);
      const isOod = usual && ood.score(usual, pixels, activations) > usual.threshold;
      answer.show(activations, Boolean(isOod), scale);
    }
  }

  /** The page's colors from paper to ink; they change with its theme. */
  #scale() {
    const steps = getComputedStyle(this.pad).getPropertyValue('--st-chart-sequential-colors');
    if (this.scale?.steps !== steps) this.scale = {steps, pixels: scaleOf(steps)};
    return this.scale.pixels;
  }

  #sight(ink, scale) {
    const {size} = this.spec.frame;
    if (this.seen.width !== size) this.seen.width = this.seen.height = size;
    const context = this.seen.getContext('2d');
    if (ink === null) {
      context.clearRect(0, 0, size, size);
      return;
    }
    const image = context.createImageData(size, size);
    new Uint32Array(image.data.buffer).set(Uint32Array.from(ink, (level) => scale[level]));
    context.putImageData(image, 0, 0);
  }
}
