/** Switching a map or a unit off, or scaling it. */

import {element} from '../elements.js';
import {filled} from '../words.js';

export class Gate {
  /**
   * @param {Object<string, string>} words
   * @param {(factor: number) => void} changed
   */
  constructor(words, changed) {
    this.words = words;
    this.slider = element('input', {
      type: 'range', min: '0', max: '2', step: '0.1', 'aria-label': words.scaled_by,
    });
    this.value = element('output', {});
    this.off = element('button', {type: 'button'});
    this.slider.oninput = () => changed(Number(this.slider.value));
    this.off.onclick = () => changed(this.factor === 0 ? 1 : 0);
    this.root = element('div', {class: 'gate'}, this.off,
      element('span', {'aria-hidden': 'true'}, words.scaled_by), this.slider, this.value);
  }

  show(factor, isGated) {
    this.factor = factor;
    this.root.hidden = !isGated;
    this.slider.value = factor;
    this.value.textContent = filled(this.words.times, {factor: factor.toFixed(1)});
    this.off.textContent = factor === 0 ? this.words.switch_on : this.words.switch_off;
  }
}

/** What is switched off, what that changes, and a way back. */
export class Switched {
  /**
   * @param {object} scene see `view.js`.
   * @param {{reset: () => void, measure: () => void}} acts what its buttons do.
   */
  constructor(scene, {reset, measure}) {
    this.scene = scene;
    this.said = element('p', {'aria-live': 'polite'});
    this.reset = element('button', {type: 'button', class: 'reset'}, scene.words.reset);
    this.reset.onclick = reset;
    this.measure = element('button', {type: 'button'}, scene.words.on_all);
    this.measure.onclick = measure;
    this.root = element('div', {class: 'switched'}, this.said, this.measure, this.reset);
  }

  show(share) {
    const {words, spec, before, state, gates} = this.scene;
    this.reset.hidden = this.measure.hidden = !before;
    if (!before) {
      this.said.textContent = spec.gates ? words.nothing_switched : '';
      return;
    }
    const after = state.outputs.at(-1), best = (shares) => shares.indexOf(Math.max(...shares));
    const [was, now] = [best(before), best(after)];
    const values = {
      count: gates.filter((factor) => factor !== 1).length, was: spec.classes[was], now: spec.classes[now],
      before: share(before[was]), after: share(after[was]), now_share: share(after[now]),
    };
    const sentence = was === now ? words.same_answer : words.other_answer;
    this.said.textContent = `${filled(values.count === 1 ? words.one_switched : words.some_switched, values)} ${filled(sentence, values)}`;
  }
}
