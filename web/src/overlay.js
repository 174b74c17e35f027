/** Where the network looks, over the ink: a map of the predicted class, while the pen moves. */

import {scaleOf} from './colors.js';
import {element} from './elements.js';
import {gradCam, gradientTimesInput} from './inside/attribution.js';
import {Explainer} from './inside/explainer.js';
import {largest} from './layers.js';
import {SIDE} from './surface.js';
import {filled} from './words.js';

const FAINTEST = 0.06; // of the strongest; what is weaker is left out
const MOST = {times_input: 0.9, gradient: 0.75, cam: 0.6}; // of what is under it a map hides
const LONG = 8; // milliseconds; a map that takes longer waits until the answer is painted

/** How each map comes about: as {values, size: [height, width]}, the image's channels added up. */
const METHODS = {
  times_input: async (explainer, pixels, weights) => ofImage(explainer, await gradientTimesInput(
    async (image) => (await explainer.gradient(image, weights)).gradient, pixels)),
  gradient: async (explainer, pixels, weights) => ofImage(
    explainer, (await explainer.gradient(pixels, weights)).gradient),
  cam: async (explainer, pixels, weights) => {
    const {layers, last_convolution: place} = explainer.spec, {shape} = layers[place];
    const {output, gradient} = await explainer.inner(pixels, weights);
    return {values: gradCam(output, gradient, shape), size: shape.slice(0, 2)};
  },
};

export class Overlay {
  /** @param {Object<string, string>} words templates of sentences. */
  constructor(words) {
    this.words = words;
    this.canvas = element('canvas', {class: 'overlay', 'aria-hidden': 'true'});
    this.legend = element('p', {class: 'legend'});
    this.legend.hidden = this.canvas.hidden = true;
    this.took = 0; // milliseconds
  }

  /**
   * Explain a run in one way, or none.
   *
   * @param {?object} described as `pipeline/export/pad_spec.py` writes it; null for none.
   * @param {object} spec what it is part of.
   * @param {Uint8Array} blob what it points into.
   */
  update(described, spec, blob) {
    const key = described && `${spec.runs[0].id} ${described.gradients}`;
    if (key !== this.key) {
      this.close();
      this.key = key;
      if (described) this.#prepare(described, spec, blob);
    }
    this.method = described?.method ?? null;
    this.legend.hidden = this.canvas.hidden = !described;
    if (!described) this.clear();
  }

  #prepare(described, {runs, shape}, blob) {
    const [run] = runs, [start, length] = described.gradients;
    this.run = run.id;
    this.layer = run.layers[described.last_convolution]?.name;
    this.label = runs.length > 1 ? `${run.label}: ` : '';
    this.classes = run.classes;
    this.source = {
      bytes: blob.slice(start, start + length),
      spec: {...described, shape, classes: run.classes, layers: run.layers},
    };
  }

  /** Get ready. It runs the graph once, since the first time is slow. */
  async #open() {
    const {key, source: {bytes, spec}} = this;
    this.source = null;
    try {
      const opened = await Explainer.open(bytes, spec);
      await opened.gradient(new Float32Array(spec.shape.reduce((one, other) => one * other)),
        new Float32Array(spec.classes.length));
      if (key === this.key) this.explainer = opened;
      else opened.close();
    } catch (error) {
      if (key === this.key) this.fault = error?.message || String(error);
    }
  }

  /**
   * Show the map of a class over what is drawn. The answer comes first: if the map takes long, it
   * is computed after the next frame.
   *
   * @param {?{run: string, pixels: Float32Array, label: number}} answered the id of the run, what it
   *     was given, and the class that it predicted; null if nothing is drawn.
   * @param {?{left: number, top: number, side: number}} covered where the image lies; see
   *     `coveredBy` in `drawing.js`.
   */
  async show(answered, covered) {
    if (!this.method) return;
    if (this.source) await this.#open();
    if (answered?.run === this.run && this.explainer) {
      if (this.took > LONG) await nextFrame();
      await this.#explain(answered, covered);
    } else {
      this.clear();
      this.#say(this.fault ? filled(this.words.overlay_unable, {fault: this.fault}) : '');
    }
  }

  async #explain({pixels, label}, covered) {
    const {explainer, method, classes, layer} = this, weights = new Float32Array(classes.length);
    const isWanted = () => explainer === this.explainer && method === this.method;
    if (!explainer || !method) return; // another run was chosen while a frame was awaited
    weights[label] = 1;
    try {
      const began = performance.now();
      const {values, size} = await METHODS[method](explainer, pixels, weights);
      this.took = performance.now() - began;
      if (!isWanted()) return;
      this.#paint(values, size, covered, MOST[method]);
      this.#say(this.label + filled(this.words[`overlay_${method}`], {name: classes[label], layer}));
    } catch (error) {
      if (isWanted()) throw error; // one that was closed meanwhile computes nothing
    }
  }

  clear() {
    this.canvas.getContext('2d').clearRect(0, 0, this.canvas.width, this.canvas.height);
  }

  /** What speaks for the class is filled, what speaks against it outlined: the colors are not all. */
  #paint(values, [height, width], {left, top, side}, most) {
    const {canvas} = this, pixels = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio));
    if (canvas.width !== pixels) canvas.width = canvas.height = pixels;
    const context = canvas.getContext('2d'), [against, speaking] = this.#colors();
    const peak = largest(values, 0, 1, true), unit = pixels / SIDE;
    // Whole pixels: between cells that share one there would be a seam.
    const edges = (from, cells) => Array.from({length: cells + 1},
      (_, cell) => Math.round((from + side * cell / cells) * unit));
    const columns = edges(left, width), rows = edges(top, height);
    context.clearRect(0, 0, pixels, pixels);
    const line = context.lineWidth = side / Math.max(width, height) * unit / 4;
    context.fillStyle = speaking;
    context.strokeStyle = against;
    values.forEach((value, at) => {
      const strength = peak > 0 ? Math.abs(value) / peak : 0;
      if (strength < FAINTEST) return;
      const column = at % width, row = Math.floor(at / width), [x, y] = [columns[column], rows[row]];
      const [across, down] = [columns[column + 1] - x, rows[row + 1] - y];
      context.globalAlpha = most * Math.sqrt(strength); // so that weaker ones can be seen, too
      if (value > 0) context.fillRect(x, y, across, down);
      else context.strokeRect(x + line, y + line, across - 2 * line, down - 2 * line);
    });
    context.globalAlpha = 1;
  }

  /** The ends of the page's diverging scale; they change with its theme. */
  #colors() {
    const steps = getComputedStyle(this.canvas).getPropertyValue('--st-chart-diverging-colors');
    if (this.scale?.steps !== steps) {
      const pixels = scaleOf(steps);
      this.scale = {steps, ends: [pixels[0], pixels[255]].map(inCss)};
    }
    return this.scale.ends;
  }

  #say(sentence) {
    if (this.legend.textContent !== sentence) this.legend.textContent = sentence;
  }

  /** Release the graph. */
  close() {
    this.explainer?.close();
    this.explainer = this.source = this.key = null;
    this.fault = '';
    this.took = 0;
  }
}

function ofImage({spec: {shape: [height, width, channels]}}, values) {
  if (channels === 1) return {values, size: [height, width]};
  const sums = new Float32Array(height * width);
  values.forEach((value, at) => { sums[Math.floor(at / channels)] += value; });
  return {values: sums, size: [height, width]};
}

/** A pixel as canvases hold it -> a color of CSS. */
function inCss(pixel) {
  return `rgb(${pixel & 255} ${(pixel >> 8) & 255} ${(pixel >> 16) & 255})`;
}

/** Wait until what has changed so far is painted. */
function nextFrame() {
  return new Promise((done) => { requestAnimationFrame(() => setTimeout(done)); });
}
