/** What would change its mind: the smallest changes of the picture, within a budget. */

import {paintImage, paintSigned} from '../colors.js';
import {element} from '../elements.js';
import {filled} from '../words.js';
import {fool, sizeOf} from './adversarial.js';
import {softmax} from './activations.js';
import {Choice} from './controls.js';
import {decimal, share} from './format.js';
import {Lazily} from './lazily.js';
import {picker} from './lens.js';

const BUDGETS = {linf: {max: 0.5, step: 0.01, start: 0.15}, l2: {max: 6, step: 0.1, start: 2}};

export class Fool {
  /**
   * @param {object} scene see `view.js`.
   * @param {object} network see `explainer.js`.
   */
  constructor(scene, network) {
    const {words, spec} = scene;
    Object.assign(this, {scene, network});
    this.target = picker(words.fool_as, spec.classes, []);
    this.norm = new Choice(words.fool_norm, [['linf', words.fool_linf], ['l2', words.fool_l2]], () => this.#rule());
    this.budget = element('input', {type: 'range', min: '0', 'aria-label': words.fool_budget});
    this.value = element('output', {});
    this.target.select.onchange = this.budget.oninput = () => this.#ask();
    this.said = element('p', {class: 'verdict', 'aria-live': 'polite'});
    this.canvases = ['picture', 'fool_change', 'fool_changed'].map((name) => (
      [element('canvas', {role: 'img', 'aria-label': words[name]}), words[name]]));
    this.legend = element('small', {});
    const figures = this.canvases.map(([canvas, title], at) => (
      element('figure', {}, canvas, element('figcaption', {}, title, ...(at === 1 ? [this.legend] : [])))));
    this.root = element('section', {class: 'fool', 'aria-label': words.fool},
      element('h3', {}, words.fool), element('p', {class: 'facts'}, words.fool_about),
      element('div', {class: 'controls'}, this.target.root, this.norm.root,
        element('label', {class: 'picker'}, element('span', {}, words.fool_budget), this.budget, this.value)),
      element('div', {class: 'fooled'}, ...figures, this.said));
    this.work = new Lazily(this.root, (wanted, check) => this.#compute(wanted, check));
    this.#limits();
  }

  /** Show it for what is computed now. */
  show() {
    const {image, state} = this.scene;
    if (this.picture !== image.id) {
      this.picture = image.id;
      const shares = Array.from(state.outputs.at(-1)), best = shares.indexOf(Math.max(...shares));
      shares[best] = -1;
      this.target.select.value = String(shares.indexOf(Math.max(...shares))); // the runner-up
    }
    this.#ask();
  }

  #limits() {
    const {max, step, start} = BUDGETS[this.norm.value];
    Object.assign(this.budget, {max, step, value: start});
  }

  #rule() {
    this.#limits();
    this.#ask();
  }

  #ask() {
    const target = Number(this.target.select.value), budget = Number(this.budget.value), norm = this.norm.value;
    this.value.textContent = decimal(budget).replace(/0$/, '');
    const {image, gates} = this.scene, key = [image.id, target, budget, norm, gates.join()].join(' ');
    if (this.work.ask({target, budget, norm, key}) && this.found) this.#paint(); // other colors
  }

  async #compute({target, budget, norm}, check) {
    const {scene, network} = this, {pixels} = scene.image, gates = scene.gates.slice();
    const none = new Float32Array(scene.spec.classes.length), began = performance.now();
    const explain = async (image, weights) => {
      check();
      return network.gradient(image, weights ?? none, gates);
    };
    const changed = await fool(explain, pixels, target, budget, norm);
    const shares = softmax((await explain(changed, null)).logits);
    const change = changed.map((value, at) => value - pixels[at]);
    this.found = {target, norm, changed, change, shares};
    this.root.dataset.took = Math.round(performance.now() - began); // for the benchmark
    this.#paint();
  }

  #paint() {
    const {words, spec, image, scales} = this.scene, {target, norm, changed, change, shares} = this.found;
    const [[before], [between], [after]] = this.canvases, ink = spec.is_ink ? scales.ink : null;
    paintImage(before, image.levels, spec.shape, ink);
    paintImage(after, Uint8Array.from(changed, (value) => Math.round(255 * value)), spec.shape, ink);
    paintSigned(between, change, spec.shape, scales.diverging);
    const most = decimal(sizeOf(change, 'linf'));
    this.legend.textContent = filled(words.legend, {low: decimal(-sizeOf(change, 'linf')), high: most});
    const best = shares.indexOf(Math.max(...shares));
    const values = {
      name: spec.classes[target], best: spec.classes[best], share: share(words, shares[best]),
      size: decimal(sizeOf(change, norm)),
    };
    this.said.textContent = filled(
      (best === target ? words.fooled : words.not_fooled) + words[`fool_size_${norm}`], values);
  }

  close() {
    this.work.close();
  }
}
