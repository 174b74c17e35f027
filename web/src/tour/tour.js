/** "How a machine reads a digit": a few steps, one picture, and the same drawing in all of them. */

import {Easel} from '../easel.js';
import {element} from '../elements.js';
import insideStyle from '../inside/inside.css';
import {Superseded} from '../inside/lazily.js';
import {speak} from '../words.js';
import {Convolution} from './convolution.js';
import {Fit} from './fit.js';
import {Grid} from './grid.js';
import laterStyle from './later.css';
import {Layers} from './layers.js';
import {Learning} from './learning.js';
import {Networks, Unable} from './networks.js';
import {Neuron} from './neuron.js';
import {tourScene} from './scene.js';
import {Shift} from './shift.js';
import style from './tour.css';
import {Trust} from './trust.js';
import {Waiting} from './waiting.js';
import {Weights} from './weights.js';

/**
 * The steps, by name; `spec.order` says which come when. Each is a class with
 *
 *   constructor(scene)  see `scene.js`; `scene.words` are its sentences, `scene.data` what Python sent
 *                       for it, `scene.networks` see `networks.js`, `scene.report` tells Python,
 *                       `scene.put` gives the visitor another picture, see `easel.js`
 *   root                an HTMLElement
 *   show(levels)        called with the picture (Uint8Array, `spec.shape`) when it is mounted and
 *                       whenever that changes; may return a promise, and is not called again before
 *   tell(now)           called with the news, if there is such a method; see `Tour.tell`
 *   close()
 *   static needs        the names of the networks it cannot do without: it is made when they are there
 *   static uses         the names of others that it shows, if they are there
 *   static isBare       whether it shows something without a picture, too
 */
const STEPS = {
  grid: Grid,
  weights: Weights,
  neuron: Neuron,
  layers: Layers,
  shift: Shift,
  convolution: Convolution,
  learning: Learning,
  trust: Trust,
};

const KEYS = {ArrowLeft: -1, ArrowRight: 1};
const OWN_ARROWS = 'input, textarea, select, iframe, [contenteditable], [role=radio], [role=slider], [role=application]';

export class Tour {
  /**
   * @param {HTMLElement} root where to build it.
   * @param {{script: string, compile: () => Promise<WebAssembly.Module>}} runtime see `network.js`.
   * @param {{read: () => number[][][], keep: (strokes: number[][][]) => void}} drawing see `easel.js`.
   * @param {(change: object) => void} report tells Python: {step, turn}, {train: names}, {stop: true}
   *     or {dig: name}.
   */
  constructor(root, runtime, drawing, report) {
    Object.assign(this, {runtime, drawing, report, at: 0, turn: 0, now: {}, told: false, networks: new Networks(runtime)});
    this.root = element('div', {class: 'inside-view tour', 'data-settled': 'false'});
    root.replaceChildren(this.root);
    this.pressed = (event) => this.#pressed(event);
    this.stepped = (event) => this.#stepped(event);
    document.addEventListener('keydown', this.pressed);
    document.addEventListener('inkling-step', this.stepped);
  }

  /** Show what Python sent; the picture and the step stay. */
  update(spec, blob) {
    if (this.spec?.id === spec.id) {
      this.#paint(); // the colors may have changed
      return;
    }
    this.spec = spec;
    speak(spec.language);
    this.easel?.close();
    const number = this.easel?.number;
    this.scene = Object.assign(tourScene(spec, blob, this.root),
      {networks: this.networks, report: (change) => this.report(change), put: (picture) => this.easel.put(picture)});
    this.easel = new Easel(this.scene, this.drawing, (time) => this.ask(time), number);
    this.#build();
    if (this.told) this.#open(); // else the step is not known yet
  }

  /** Take the networks that have arrived; see `Networks.update`. */
  give(networks) {
    const changed = this.networks.update(networks);
    if (!this.scene || !this.step) return;
    const {needs = [], uses = []} = STEPS[this.spec.order[this.at]];
    if ([...needs, ...uses].some((name) => changed.has(name))) this.#open();
  }

  /**
   * Take what changes while the tour is open.
   *
   * @param {{step: number, turn: number, present: boolean, links: object, missing: object, job: ?object}} now
   *     the step that the address asks for, and what Python had been told then; links to dig, by
   *     step; what is said of missing networks, by name; the training that is under way.
   */
  tell(now) {
    const first = !this.told;
    this.told = true;
    this.now = now;
    const was = this.root.hasAttribute('data-present');
    if (this.root.toggleAttribute('data-present', Boolean(now.present)) !== was) this.fit?.begin();
    // What Python answers to an earlier step is no wish of the visitor's.
    const wanted = first || now.turn === this.turn ? now.step : this.at;
    if (first) {
      this.turn = now.turn;
      this.at = wanted;
      if (this.scene) this.#open();
      return;
    }
    if (!this.scene) this.at = wanted;
    else if (wanted !== this.at) this.#go(wanted, {tell: false});
    else this.#inform();
    if (this.scene) this.#dig();
  }

  /** Take what was measured on shifted images; see `Shift`. */
  measure(curve) {
    this.curve = curve;
    this.#inform();
  }

  /** Tell the step the news, if it wants them. */
  #inform() {
    this.step?.tell?.({...this.now, curve: this.curve});
    this.fit?.keep();
  }

  #build() {
    const {spec} = this, words = spec.words;
    this.dots = spec.order.map((name, at) => {
      const dot = element('button', {type: 'button', class: 'dot'},
        element('span', {class: 'mark', 'aria-hidden': 'true'}, String(at + 1)),
        element('span', {class: 'name'}, spec.steps[name].words.name));
      dot.onclick = () => this.#go(at);
      return dot;
    });
    this.back = element('button', {type: 'button', class: 'turn'}, `‹ ${words.back}`);
    this.next = element('button', {type: 'button', class: 'turn'}, `${words.next} ›`);
    this.back.onclick = () => this.#go(this.at - 1);
    this.next.onclick = () => this.#go(this.at + 1);
    this.title = element('h2', {tabindex: '-1'});
    this.text = element('p', {class: 'text'});
    this.deeper = element('a', {class: 'deeper'});
    this.deeper.onclick = (event) => this.#leave(event);
    this.stage = element('div', {class: 'stage'});
    this.fit?.close();
    this.fit = new Fit(this.root, this.stage);
    this.blank = element('p', {class: 'blank'}, words.nothing);
    this.spoken = element('p', {class: 'spoken', 'aria-live': 'polite'});
    this.root.replaceChildren(element('style', {}, insideStyle), element('style', {}, style), element('style', {}, laterStyle),
      element('nav', {class: 'way', 'aria-label': words.steps}, this.back, element('div', {class: 'dots'}, ...this.dots), this.next),
      element('div', {class: 'hall'}, this.easel.root,
        element('section', {class: 'room'}, element('header', {}, this.title, this.text), this.blank, this.stage, this.deeper)),
      this.spoken);
  }

  /** Go to a step; one beyond the ends is left alone. */
  #go(at, {tell = true} = {}) {
    if (!this.scene || at < 0 || at >= this.spec.order.length || at === this.at) return;
    this.at = at;
    this.#open();
    if (!tell) return;
    this.spoken.textContent = this.scene.say(this.spec.words.where, {
      step: at + 1, steps: this.spec.order.length, title: this.title.textContent,
    });
    this.turn += 1;
    this.report({step: at, turn: this.turn});
  }

  /** Show the current step, or what it waits for. */
  #open() {
    const {spec, scene} = this;
    this.at = Math.min(this.at, spec.order.length - 1);
    const name = spec.order[this.at], {words, data} = spec.steps[name], Step = STEPS[name];
    this.step?.close();
    this.root.dataset.step = name;
    this.root.dataset.settled = 'false';
    this.dots.forEach((dot, at) => (at === this.at
      ? dot.setAttribute('aria-current', 'step') : dot.removeAttribute('aria-current')));
    // Still there for the keyboard: a disabled button would lose the focus.
    this.back.setAttribute('aria-disabled', String(this.at === 0));
    this.next.setAttribute('aria-disabled', String(this.at === spec.order.length - 1));
    this.title.textContent = words.title;
    this.text.textContent = words.text;
    const own = Object.assign(Object.create(scene), {name, words, data});
    const missing = (Step.needs ?? []).filter((one) => !(this.networks.has(one) && one in spec.networks));
    this.waiting = missing.length > 0;
    this.step = this.waiting ? new Waiting(own, missing) : new Step(own);
    this.stage.replaceChildren(this.step.root);
    this.fit.begin();
    this.#inform();
    this.#dig();
    this.#paint();
  }

  /** The way to the page where one can look further. */
  #dig() {
    const link = this.now.links?.[this.spec.order[this.at]];
    this.deeper.hidden = !link || Boolean(this.now.present);
    if (!link) return;
    this.deeper.href = link.href;
    this.deeper.textContent = `${link.label} →`;
  }

  #leave(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return; // in a tab of its own
    event.preventDefault();
    this.report({dig: this.spec.order[this.at]});
  }

  #paint() {
    this.easel.paint();
    this.ask(performance.now());
  }

  /** Show the picture as it is now; while one is shown, only the latest request is kept. */
  async ask(time) {
    this.wanted = time;
    if (this.busy) return;
    this.busy = true;
    this.root.dataset.settled = 'false';
    try {
      while (this.wanted !== null && this.step) {
        const asked = this.wanted, {step} = this, {levels} = this.easel;
        this.wanted = null;
        this.root.toggleAttribute('data-blank', !levels && !this.waiting && !step.constructor.isBare);
        if (levels) await this.#shown(step, levels);
        this.fit.keep();
        if (step !== this.step) {
          this.wanted ??= asked;
          continue;
        }
        this.root.dispatchEvent(new CustomEvent('painted', {detail: asked, bubbles: true, composed: true}));
      }
    } finally {
      this.busy = false;
    }
    this.root.dataset.settled = 'true';
  }

  /** Let a step show the picture; a network that was closed meanwhile is no fault. */
  async #shown(step, levels) {
    try {
      await step.show(levels);
    } catch (error) {
      if (error instanceof Superseded) return;
      if (!(error instanceof Unable)) throw error;
      const said = this.scene.say(this.spec.words.unable, {fault: error.message});
      this.stage.replaceChildren(element('p', {role: 'status'}, said));
    }
  }

  #pressed(event) {
    const by = KEYS[event.key];
    const modified = event.ctrlKey || event.altKey || event.metaKey || event.shiftKey;
    // A presenter's keys come as steps; see `#stepped`.
    if (!by || modified || event.defaultPrevented || this.now.present) return;
    if (event.composedPath()[0].closest?.(OWN_ARROWS)) return;
    event.preventDefault();
    this.#go(this.at + by);
  }

  /** Presenter mode asks to go on; beyond the ends it goes to another view. */
  #stepped(event) {
    const to = this.at + event.detail.by;
    if (!this.scene || to < 0 || to >= this.spec.order.length) return;
    event.preventDefault();
    this.#go(to);
  }

  close() {
    document.removeEventListener('keydown', this.pressed);
    document.removeEventListener('inkling-step', this.stepped);
    speak('en');
    this.step?.close();
    this.step = null;
    this.easel?.close();
    this.fit?.close();
    this.networks.close();
    this.root.remove();
  }
}
