/** How good it is, and when to ask a person. */

import {element} from '../elements.js';
import * as ood from '../out_of_distribution.js';
import {SIDE} from '../surface.js';
import {percent, shortened} from '../words.js';
import {Lines} from './lines.js';
import {latest} from './latest.js';
import {noise, scribble} from './scribble.js';
import {Shares} from './shares.js';

const BARS = 3;

export class Trust {
  static needs = ['cnn'];
  static isBare = true;

  constructor(scene) {
    const {words, data, spec} = scene;
    this.scene = scene;
    this.usual = ood.open(data.ood, scene.floats);
    this.pictures = data.mistakes.map(({levels, label, predicted, confidence}) => {
      const said = (name) => scene.say(words.mistake, {
        label: name(spec.classes[label]), predicted: name(spec.classes[predicted]), share: percent(confidence),
      });
      const canvas = element('canvas', {role: 'img', 'aria-label': said(String)});
      return {canvas, levels: scene.bytes(levels), root: element('figure', {}, canvas, element('figcaption', {}, said(shortened)))};
    });
    this.mistakes = element('div', {class: 'mistakes'}, ...this.pictures.map(({root}) => root));
    this.answer = new Shares(scene, '', BARS);
    this.scribble = element('button', {type: 'button', class: 'play'}, spec.is_ink ? words.scribble : words.noise);
    this.scribble.onclick = () => scene.put(spec.is_ink
      ? {strokes: scribble(SIDE)} : {levels: noise(spec.shape.reduce((all, side) => all * side, 1))});
    this.root = element('div', {class: 'later trust'}, element('p', {class: 'right'}, data.right),
      element('div', {class: 'three'},
        element('section', {'aria-label': data.mistakes_title}, element('h3', {}, data.mistakes_title), this.mistakes), this.#passing(),
        element('section', {class: 'asked', 'aria-label': words.asked}, element('h3', {}, words.asked), this.answer.root, this.scribble)));
    this.ask = latest(() => this.#compute());
  }

  /** The slider of pictures that are passed on to a person. */
  #passing() {
    const {scene} = this, {words, data} = scene, {choices, usual, total} = data.passed;
    const share = (passed) => passed / total, top = share(choices.at(-1)[0]);
    this.slider = element('input', {
      type: 'range', min: '0', max: String(choices.length - 1), value: String(usual), 'aria-label': words.pass,
    });
    this.slider.oninput = () => this.#passed();
    this.passing = element('p', {class: 'said'});
    const rest = ([passed, errors]) => 1 - errors / Math.max(1, total - passed);
    this.points = choices.map((choice) => [share(choice[0]), rest(choice)]);
    const low = Math.min(0.95, Math.floor(20 * Math.min(...this.points.map(([, right]) => right))) / 20);
    const ticks = (from, to, parts, digits) => Array.from({length: parts + 1}, (_, at) => {
      const value = from + ((to - from) * at) / parts;
      return [value, scene.percent(value, digits)];
    });
    this.curve = new Lines(scene, {title: words.axis_passed, ticks: ticks(0, top, 5, 0)},
      {title: words.axis_rest, ticks: ticks(low, 1, 5, 0)});
    return element('section', {class: 'passing', 'aria-label': words.pass}, element('h3', {}, words.pass),
      this.slider, this.passing, this.curve.root);
  }

  #passed() {
    const {scene} = this, {words, data} = scene, at = Number(this.slider.value);
    const [passed, errors] = data.passed.choices[at], kept = data.passed.total - passed;
    const values = {passed, total: data.passed.total, share: percent(this.points[at][0]), right: percent(this.points[at][1]), kept, errors};
    this.passing.textContent = scene.say(passed === 0 ? words.passed_none : words.passed_on, values);
    this.slider.setAttribute('aria-valuetext', this.passing.textContent);
    this.curve.mark(this.points[at][0]);
  }

  /** There may be no picture at all: then this is all there is. */
  tell() {
    this.#paint();
  }

  show(levels) {
    this.levels = levels;
    this.#paint();
    return this.ask();
  }

  /** Paint what does not depend on the picture, once in these colors. */
  #paint() {
    const {scene} = this, {words} = scene, {ink} = scene.scales;
    if (this.painted === ink) return;
    this.painted = ink;
    this.pictures.forEach(({canvas, levels}) => scene.paint(canvas, levels));
    this.curve.show([{name: words.axis_rest, points: this.points}], words.passing_label, percent);
    this.#passed();
  }

  async #compute() {
    const {scene} = this, {words} = scene, network = await scene.networks.get('cnn');
    if (this.closed || !this.levels || !network) return;
    const {outputs, probabilities} = await network.run(this.levels);
    if (this.closed) return;
    const pixels = Float32Array.from(this.levels, (level) => level / 255);
    const isOod = this.usual && ood.score(this.usual, pixels, outputs) > this.usual.threshold;
    const note = !this.usual ? '' : isOod ? words.unlike : words.alike;
    this.answer.show(probabilities, note);
    this.answer.root.toggleAttribute('data-ood', Boolean(isOod));
  }

  close() {
    this.closed = true;
  }
}
