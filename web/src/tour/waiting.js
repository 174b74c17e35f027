/** Instead of a step: which networks it waits for, and what brings them. */

import {element} from '../elements.js';

export class Waiting {
  /**
   * @param {object} scene see `scene.js`.
   * @param {string[]} missing the networks that are not there yet.
   */
  constructor(scene, missing) {
    const {frame: words} = scene;
    this.scene = scene;
    this.gone = missing.filter((name) => !(name in scene.spec.networks)); // others are on their way
    this.lacking = element('p', {});
    this.said = element('p', {class: 'said', role: 'status'});
    this.bar = element('progress', {max: '1', 'aria-label': words.training});
    this.train = element('button', {type: 'button', class: 'main'}, words.train);
    this.train.onclick = () => this.#ask({train: this.gone});
    this.stop = element('button', {type: 'button'}, words.stop);
    this.stop.onclick = () => this.#ask({stop: true});
    this.command = element('code', {});
    this.root = element('div', {class: 'waiting'}, this.lacking, this.said, this.bar, this.train, this.stop, this.command);
  }

  /** Take the news; see `Tour.tell`. */
  tell({missing = {}, job = null, failed = '', can_train: canTrain = false, command = '', present = false}) {
    const {frame: words} = this.scene, isGone = this.gone.length > 0;
    this.lacking.textContent = this.gone.map((name) => missing[name] ?? '').join(' ');
    const plain = canTrain ? words.train_about : words.read_only;
    this.said.textContent = isGone ? job?.said ?? (failed || plain) : words.loading;
    this.bar.hidden = !isGone || !job;
    this.bar.value = job?.share ?? 0;
    this.train.hidden = !isGone || Boolean(job) || !canTrain || present;
    this.stop.hidden = !isGone || !job || !canTrain || present;
    this.command.hidden = !isGone || canTrain;
    this.command.textContent = command;
    const told = JSON.stringify([Boolean(job), job?.stoppable, failed]);
    if (told === this.told) return; // what was clicked has not been heard of yet
    this.told = told;
    this.train.disabled = false;
    this.stop.disabled = !job?.stoppable;
  }

  #ask(change) {
    this.train.disabled = this.stop.disabled = true;
    this.scene.report(change);
  }

  show() {}

  close() {}
}
