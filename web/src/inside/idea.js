/** Its idea of a class: a picture that climbs the class's logit, as a film. */

import {paintImage} from '../colors.js';
import {element} from '../elements.js';
import {filled, ranked} from '../words.js';
import {softmax} from './activations.js';
import {normal} from './attribution.js';
import {climb} from './climb.js';
import {Choice} from './controls.js';
import {decimal, share} from './format.js';
import {explaining, Lazily} from './lazily.js';
import {picker} from './lens.js';
import {Slide} from './slide.js';

const NOISE = 0.1;

export class Idea {
  /**
   * @param {object} scene see `view.js`.
   * @param {object} network see `explainer.js`.
   */
  constructor(scene, network) {
    const {words, spec} = scene;
    Object.assign(this, {scene, frames: [], at: 0});
    this.title = element('h3', {});
    this.label = picker(words.idea_of, spec.classes, []);
    this.label.select.onchange = () => this.#ask();
    this.start = new Choice(words.idea_from, [['noise', words.idea_noise], ['picture', words.idea_picture]], () => this.#ask());
    this.canvas = element('canvas', {role: 'img', 'aria-label': `${words.idea}: ${words.lens_wait}`});
    this.slide = new Slide({...words, step: words.idea_next}, () => this.#next());
    this.slider = element('input', {type: 'range', min: '0', max: '0', 'aria-label': words.idea_frame});
    this.slider.oninput = () => {
      this.slide.stop();
      this.#turn(Number(this.slider.value));
    };
    this.said = element('p', {class: 'said'});
    this.root = element('section', {class: 'mind', 'aria-label': words.idea}, this.title,
      element('div', {class: 'controls'}, this.label.root, this.start.root),
      element('div', {class: 'film'},
        element('figure', {}, this.canvas, element('div', {class: 'reel'}, this.slide.root, this.slider), this.said),
        element('div', {class: 'about'}, element('p', {}, words.idea_means), element('p', {}, words.idea_not))));
    this.work = new Lazily(this.root, (_, check) => this.#compute(explaining(scene, network, check)));
  }

  /** Start from what is computed now. */
  show() {
    const {image, state} = this.scene;
    if (this.picture !== image.id) {
      this.picture = image.id;
      this.label.select.value = String(ranked(state.outputs.at(-1))[0]);
    }
    this.#ask();
    this.#turn(this.at); // other colors
  }

  #ask() {
    const {image, gates, spec, words} = this.scene, label = this.label.select.value, start = this.start.value;
    this.title.textContent = filled(words.idea_title, {name: spec.classes[label]});
    this.work.ask({key: [label, gates.join(), start === 'picture' ? image.id : ''].join(' ')});
  }

  async #compute(explain) {
    const {spec, pixels, image, words} = this.scene, rest = spec.is_ink ? 0 : 0.5;
    this.slide.stop();
    this.said.textContent = words.lens_wait;
    const start = this.start.value === 'picture' ? image.pixels
      : Float32Array.from(normal(0, pixels), (value) => Math.min(Math.max(rest + NOISE * value, 0), 1));
    const weights = Float32Array.from(spec.classes, (_, label) => Number(label === Number(this.label.select.value)));
    this.frames = await climb(explain, start, weights, spec.shape, rest);
    this.slider.max = String(this.frames.length - 1);
    this.#turn(this.frames.length - 1);
  }

  #next() {
    if (!this.frames.length) return;
    this.#turn((this.at + 1) % this.frames.length);
    if (this.at === this.frames.length - 1) this.slide.stop();
  }

  #turn(at) {
    if (!this.frames.length) return;
    const {spec, scales, words} = this.scene, {step, pixels, logits} = this.frames[this.at = at];
    paintImage(this.canvas, Uint8Array.from(pixels, (value) => Math.round(255 * value)), spec.shape,
      spec.is_ink ? scales.ink : null);
    const label = Number(this.label.select.value);
    const said = filled(words.idea_said, {
      step, steps: this.frames.at(-1).step, name: spec.classes[label],
      logit: decimal(logits[label]), share: share(words, softmax(logits)[label]),
    });
    this.said.textContent = said;
    this.slider.value = String(at);
    this.slider.setAttribute('aria-valuetext', said);
    this.canvas.setAttribute('aria-label', said);
  }

  close() {
    this.slide.stop();
    this.work.close();
  }
}
