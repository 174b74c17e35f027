/** Learning: the film of a real training, and what each of its frames answers to the picture. */

import {element} from '../elements.js';
import {Slide} from '../inside/slide.js';
import {percent} from '../words.js';
import {Lines} from './lines.js';
import {Film} from './film.js';
import {Shares} from './shares.js';
import {paintSigned, peakOf} from './signed.js';
import {overChannels, weightsOf} from './sums.js';
import {Waiting} from './waiting.js';

const PAUSE = 350; // milliseconds a frame
const TICKS = 4;

export class Learning {
  static isBare = true;

  constructor(scene) {
    const {words, data} = scene;
    this.scene = scene;
    this.root = element('div', {class: 'later learning'});
    if (!data.film) {
      this.waiting = new Waiting(scene, ['film']);
      this.root.append(this.waiting.root);
      return;
    }
    this.film = new Film(data.film, scene.bytes);
    this.at = 0;
    this.slide = new Slide(words, () => this.#next(), PAUSE);
    this.slider = element('input', {type: 'range', min: '0', max: String(this.film.frames - 1), value: '0', 'aria-label': words.frame});
    this.slider.oninput = () => {
      this.slide.stop();
      this.#turn(Number(this.slider.value));
    };
    this.said = element('p', {class: 'said'});
    this.forming = Array.from({length: data.film.arrays[data.film.picture].shape.at(-1)}, () => element('canvas', {'aria-hidden': 'true'}));
    const across = Math.max(4, Math.ceil(Math.sqrt(1.3 * this.forming.length))); // a little wider than high
    this.root.style.setProperty('--across', across);
    this.root.style.setProperty('--down', Math.ceil(this.forming.length / across));
    this.curve = curveOf(scene, data.film);
    this.lossSaid = element('figcaption', {});
    this.answer = new Shares(scene, words.answer);
    this.answer.root.hidden = !data.film.layers;
    this.root.append(
      element('div', {class: 'reel'}, this.slide.root, this.slider), this.said,
      element('div', {class: 'seen'},
        element('figure', {class: 'forming', role: 'img', 'aria-label': data.film.pictures},
          element('div', {class: 'pictures'}, ...this.forming), element('figcaption', {}, data.film.pictures)),
        this.answer.root,
        element('figure', {class: 'measured'}, this.lossSaid, this.curve.root)));
  }

  tell(now) {
    if (this.waiting) this.waiting.tell(now);
    else this.#look(); // there may be no picture at all
  }

  show(levels) {
    if (!this.film) return;
    this.pixels = Float32Array.from(levels, (level) => level / 255);
    this.#look();
    this.#ask();
    if (this.begun) return;
    this.begun = true;
    // Whoever wants no motion begins it.
    if (!this.scene.isStill) this.slide.root.click();
  }

  /** Show the frame, once in these colors. */
  #look() {
    const {diverging} = this.scene.scales;
    if (this.painted === diverging) return;
    this.painted = diverging;
    this.#draw();
    this.#turn(this.at);
  }

  /** The losses, in the colors of the page. */
  #draw() {
    const {scene, film} = this, {words, data} = scene, {epochs, losses} = data.film;
    const points = epochs.map((epoch, at) => [epoch, losses[at]]);
    const label = scene.say(words.loss_label, {
      first: scene.number(losses[0], 2), last: scene.number(losses[film.frames - 1], 2), frames: film.frames,
    });
    this.lossSaid.textContent = label;
    this.curve.show([{name: words.axis_loss, points}], label, (loss) => scene.number(loss, 3));
  }

  #next() {
    this.#turn((this.at + 1) % this.film.frames);
    if (this.at === this.film.frames - 1) this.slide.stop();
  }

  #turn(at) {
    const {scene, film} = this, {words, data} = scene, {epochs, losses, accuracies} = data.film;
    this.at = at;
    const epoch = scene.number(epochs[at], Number.isInteger(epochs[at]) ? 0 : 2);
    const values = {epoch, loss: scene.number(losses[at], 2), right: percent(accuracies[at])};
    this.said.textContent = scene.say(epochs[at] === 0 ? words.before : words.at, values);
    this.slider.value = String(at);
    this.slider.setAttribute('aria-valuetext', this.said.textContent);
    this.curve.mark(epochs[at]);
    this.#paint();
    this.#ask();
  }

  /** Show what the network of this frame answers. */
  #ask() {
    const shares = this.pixels && this.film.answer(this.at, this.pixels);
    if (shares) this.answer.show(shares);
  }

  /** Paint what each unit or kernel looks for in this frame, on a scale of the frame's own. */
  #paint() {
    const {scene, film, at} = this, {picture, window: [height, width, channels]} = scene.data.film;
    const values = film.weights(picture, at), units = this.forming.length;
    const kernel = {values, shape: [values.length / units, units]}, peak = 0.8 * peakOf(values);
    this.forming.forEach((canvas, unit) => {
      paintSigned(canvas, overChannels(weightsOf(kernel, unit), channels), [height, width], scene.scales.diverging, peak);
    });
  }

  close() {
    this.slide?.stop();
  }
}

function curveOf(scene, {epochs, losses}) {
  const {words} = scene, last = epochs.at(-1), step = Math.max(1, Math.ceil(last / TICKS));
  const marks = Array.from({length: Math.ceil(last / step)}, (_, at) => at * step);
  const top = nice(Math.max(...losses));
  const across = [...marks.filter((mark) => mark === 0 || last - mark > step / 2), last].map((epoch) => [epoch, scene.number(epoch, Number.isInteger(epoch) ? 0 : 1)]);
  const down = [0, 0.25, 0.5, 0.75, 1].map((share) => [share * top, scene.number(share * top, top < 4 ? 2 : 1)]);
  return new Lines(scene, {title: words.axis_epochs, ticks: across}, {title: words.axis_loss, ticks: down});
}

/** The next round number. */
function nice(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1e-6)));
  return [1, 2, 3, 4, 5, 8, 10].find((times) => times * power >= value) * power;
}
