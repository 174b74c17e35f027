/** Fool it: the smallest change that makes it read another class. */

import {paintImage} from '../colors.js';
import {element} from '../elements.js';
import {filled, percent, ranked} from '../words.js';
import {softmax} from './activations.js';
import {fool, size, smallest} from './adversarial.js';
import {Choice} from './controls.js';
import {share} from './format.js';
import {explaining, Lazily} from './lazily.js';
import {picker} from './lens.js';

const BUDGETS = 61; // positions of the slider; each is about 8% more than the one before
const LEAST = 0.004, MOST = 0.5; // of a value's range; about one of 255 levels, and half of all
// Up to where a change is hardly seen, and up to where people still read what they read before.
const HARDLY = {linf: 0.03, l2: 0.01}, CLEARLY = {linf: 0.2, l2: 0.1};

export class Fooling {
  /**
   * @param {object} scene see `view.js`.
   * @param {object} network see `explainer.js`.
   */
  constructor(scene, network) {
    const {words, spec} = scene;
    Object.assign(this, {scene, found: null, own: false});
    this.target = picker(words.fool_target, spec.classes, []);
    this.norm = new Choice(words.fool_norm, [['linf', words.fool_linf], ['l2', words.fool_l2]], () => this.#ask());
    this.slider = element('input', {type: 'range', min: '0', max: String(BUDGETS - 1), 'aria-label': words.fool_budget});
    this.budget = element('output', {});
    this.find = element('button', {type: 'button'}, words.fool_find);
    this.target.select.onchange = () => this.#ask();
    this.slider.oninput = () => {
      this.own = true;
      this.#ask();
    };
    this.find.onclick = () => {
      this.own = false;
      this.#ask();
    };
    [this.before, this.change, this.after] = ['fool_before', 'fool_change', 'fool_after'].map((name) => new Picture(words[name], words));
    this.said = element('p', {class: 'verdict', 'aria-live': 'polite'});
    this.root = element('section', {class: 'mind', 'aria-label': words.fool}, element('h3', {}, words.fool),
      element('p', {class: 'facts'}, words.fool_means),
      element('div', {class: 'controls'}, this.target.root, this.norm.root,
        element('label', {class: 'budget'}, element('span', {}, words.fool_budget), this.slider, this.budget), this.find),
      element('div', {class: 'trio'}, this.before.root, this.change.root, this.after.root), this.said);
    this.work = new Lazily(this.root, (_, check) => this.#compute(explaining(scene, network, check)));
  }

  /** Start from what is computed now. */
  show() {
    const {image, state} = this.scene;
    if (this.picture !== image.id) {
      this.picture = image.id;
      this.target.select.value = String(ranked(state.outputs.at(-1))[1]);
    }
    this.#ask();
    this.#paint(); // other colors
  }

  /** All budgets of a norm; those of the root of squares grow with the picture. */
  get #budgets() {
    const whole = this.norm.value === 'linf' ? 1 : Math.sqrt(this.scene.pixels);
    return Array.from({length: BUDGETS}, (_, at) => whole * LEAST * (MOST / LEAST) ** (at / (BUDGETS - 1)));
  }

  #ask() {
    const {image, gates} = this.scene, {own, slider, norm, target} = this;
    if (own) this.#tellBudget(this.#budgets[slider.value]);
    this.work.ask({key: [image.id, gates.join(), target.select.value, norm.value, own ? slider.value : ''].join(' ')});
  }

  async #compute(explain) {
    const {image: {pixels}, state} = this.scene, budgets = this.#budgets;
    const target = Number(this.target.select.value), norm = this.norm.value, was = state.outputs.at(-1);
    this.said.textContent = this.scene.words.lens_wait;
    let found;
    if (this.own) {
      found = await fool(explain, pixels, target, budgets[this.slider.value], norm);
    } else {
      let place;
      ({place, found} = await smallest(explain, pixels, target, budgets, norm));
      this.slider.value = String(place);
    }
    const {changed, logits, fooled} = found, budget = budgets[this.slider.value];
    this.#tellBudget(budget);
    const change = changed.map((value, at) => value - pixels[at]);
    this.found = {pixels, change, changed, target, norm, budget, fooled, was, now: softmax(logits)};
    this.#paint();
  }

  #tellBudget(budget) {
    const {words} = this.scene;
    const said = this.norm.value === 'linf' ? percent(budget) : budget.toFixed(2);
    this.budget.textContent = said;
    this.slider.setAttribute('aria-valuetext', filled(words[`fool_size_${this.norm.value}`], {size: said}));
  }

  #paint() {
    const {found, scene} = this;
    if (!found) return;
    const {words, spec, scales} = scene, ink = spec.is_ink ? scales.ink : null, color = spec.shape[2] === 3;
    const peak = size(found.change, 'linf'), factor = peak ? 1 / peak : 0;
    this.before.show(found.pixels, spec.shape, ink, this.#read(found.was));
    const kind = color ? 'color' : spec.is_ink ? 'ink' : 'gray';
    this.change.show(found.change.map((value) => 0.5 + 0.5 * value * factor), spec.shape, color ? null : scales.diverging,
      peak ? `${this.#size()} ${filled(words[`fool_legend_${kind}`], {peak: percent(peak)})}` : words.fool_unchanged);
    this.after.show(found.changed, spec.shape, ink, this.#read(found.now));
    this.said.textContent = this.#verdict();
    this.root.dataset.size = size(found.change, found.norm);
    this.root.dataset.budget = found.budget;
  }

  #read(shares) {
    const {words, spec} = this.scene, [best] = ranked(shares);
    return filled(words.fool_reads, {name: spec.classes[best], share: share(words, shares[best])});
  }

  #size() {
    const {change, norm} = this.found, whole = size(change, norm);
    return filled(this.scene.words[`fool_size_${norm}`], {size: norm === 'linf' ? percent(whole) : whole.toFixed(2)});
  }

  #verdict() {
    const {words, spec} = this.scene, {target, was, fooled, change, norm} = this.found, name = spec.classes[target];
    if (fooled && ranked(was)[0] === target) return filled(words.fool_already, {name});
    if (!fooled) return filled(words.fool_short, {name});
    const strength = size(change, norm) / (norm === 'linf' ? 1 : Math.sqrt(change.length));
    const looks = strength <= HARDLY[norm] ? words.fool_hardly : strength <= CLEARLY[norm] ? words.fool_seen : words.fool_strong;
    return `${filled(words.fool_done, {name})} ${looks}`;
  }

  close() {
    this.work.close();
  }
}

/** A picture with a title and a line about it. */
class Picture {
  constructor(title, words) {
    this.canvas = element('canvas', {role: 'img', 'aria-label': `${title}: ${words.lens_wait}`});
    this.said = element('p', {});
    this.title = title;
    this.root = element('figure', {}, element('figcaption', {}, title), this.canvas, this.said);
  }

  show(pixels, shape, scale, said) {
    paintImage(this.canvas, Uint8Array.from(pixels, (value) => Math.round(255 * value)), shape, scale);
    this.canvas.setAttribute('aria-label', `${this.title}: ${said}`);
    this.said.textContent = said;
  }
}
